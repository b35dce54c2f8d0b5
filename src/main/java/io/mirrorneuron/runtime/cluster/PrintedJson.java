package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lenient reader of JSON printed by a program, perhaps after warnings. Pure. */
final class PrintedJson {
  private static final Pattern START = Pattern.compile("(?m)^\\s*([\\[{])");

  private PrintedJson() {}

  /**
   * @throws IOException when it is not an object
   */
  static <T> T object(String printed, Class<T> type) throws IOException {
    if (!isObject(printed)) {
      throw new IOException("what it prints is no JSON object");
    }
    return LenientJson.read(Json.parse(document(printed)), type);
  }

  /**
   * @param type has one component, {@code printed}, which receives the whole
   * @throws IOException when it is neither an object nor a list
   */
  static <T> T whole(String printed, Class<T> type) throws IOException {
    return LenientJson.read(Json.parse("{\"printed\":" + document(printed) + "}"), type);
  }

  static boolean isObject(String printed) throws IOException {
    return document(printed).startsWith("{");
  }

  private static String document(String printed) throws IOException {
    Matcher start = START.matcher(printed);
    try {
      if (start.find()) {
        String document = printed.substring(start.start(1));
        Json.parse(document);
        return document;
      }
    } catch (JsonProcessingException e) {
      throw new IOException("what it prints is no JSON", e);
    }
    throw new IOException("what it prints is no JSON");
  }
}
