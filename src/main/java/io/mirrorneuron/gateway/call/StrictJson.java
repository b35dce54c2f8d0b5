package io.mirrorneuron.gateway.call;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.ValueCount;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.JacksonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads JSON without loss: no comments, no duplicate members, only numbers that fit a double. Its
 * depth is limited to what later code can handle.
 */
final class StrictJson {
  /** Twice the limit of a manifest. */
  private static final int DEEPEST = 200;

  private static final int SHOWN_CHARS = 80;
  private static final Pattern TWICE = Pattern.compile("Duplicate field '([^']*)'");

  /** The parser's message for well-formed JSON beyond its limits. */
  private static final Pattern LIMIT =
      Pattern.compile("(Number|Name|String)(?: value)? length .* allowed \\((\\d+)");

  private static final Map<String, String> LIMITED =
      Map.of(
          "Number", "has a number of more than %s digits",
          "Name", "has a name of more than %s characters",
          "String", "has a text of more than %s characters");

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .recyclerPool(Json.BUFFERS)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private StrictJson() {}

  /**
   * @throws Refusal MALFORMED
   */
  static Object read(Buffer bytes) {
    Object value;
    try {
      value = JacksonCodec.fromParser(FACTORY.createParser(bytes.getBytes()), Object.class);
    } catch (DecodeException | IOException e) {
      throw refused(words(String.valueOf(e.getMessage())));
    }
    if (!isFinite(value)) {
      throw refused("has a number that no double can hold");
    }
    return value;
  }

  /** Number of values, see {@link ValueCount#of}; creates no objects for them. */
  static int count(Buffer bytes) {
    try (JsonParser parser = FACTORY.createParser(bytes.getBytes())) {
      parser.disable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      return ValueCount.of(parser);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of bytes in memory
    }
  }

  private static String words(String parser) {
    Matcher twice = TWICE.matcher(parser);
    if (twice.find()) {
      String name = twice.group(1);
      int end = Math.min(SHOWN_CHARS, name.length());
      return "has the member %s twice in one object".formatted(name.substring(0, end));
    }
    Matcher limit = LIMIT.matcher(parser);
    if (limit.find()) {
      return LIMITED.get(limit.group(1)).formatted(limit.group(2));
    }
    return parser.contains("nesting depth")
        ? "is nested deeper than %d levels".formatted(DEEPEST)
        : "is not JSON";
  }

  private static Refusal refused(String what) {
    Fault fault = new Fault("json_invalid", List.of("body"), what, null);
    return Refusal.malformed("the request body " + what, List.of(fault));
  }

  private static boolean isFinite(Object value) {
    return switch (value) {
      case Double number -> Double.isFinite(number);
      case JsonObject object -> object.stream().allMatch(each -> isFinite(each.getValue()));
      case JsonArray list -> list.stream().allMatch(StrictJson::isFinite);
      case null, default -> true;
    };
  }
}
