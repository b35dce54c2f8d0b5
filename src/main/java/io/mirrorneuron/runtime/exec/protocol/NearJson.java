package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells text that was meant as JSON and is none from any other text: what {@code print} of Python
 * or {@code console.log} make of a value, and JSON with a small fault. Who printed it does not see
 * that it is taken as text.
 */
final class NearJson {
  /** A value of a program has its first name near its beginning. */
  private static final int LOOKED_AT = 1000;

  private static final String PYTHON = "looks like %s of Python: print json.dumps(value) instead";

  private static final Pattern PYTHON_DICT =
      Pattern.compile("[\\[(\\s]*\\{\\s*'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'\\s*:.*", Pattern.DOTALL);

  private static final Pattern OF_JAVASCRIPT =
      Pattern.compile("[\\[\\s]*\\{\\s*[A-Za-z_$][\\w$]*+\\s*:\\s.*", Pattern.DOTALL);

  /** A text in quotes of either kind, or a word that only Python has for a value. */
  private static final Pattern QUOTED_OR_WORD =
      Pattern.compile(
          "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\\b(True|False|None)\\b");

  /** What models print around an answer. */
  private static final Pattern FENCED =
      Pattern.compile("```\\w*\\s*\\n(.*)\\n\\s*```", Pattern.DOTALL);

  /** A value with which no sentence and no line of a log begins. */
  private static final Pattern BEGUN =
      Pattern.compile("\\{\\s*\"(?:[^\"\\\\]|\\\\.)*+\"\\s*:.*|\\[\\s*[\\d{\"-].*", Pattern.DOTALL);

  private static final Pattern WORD = Pattern.compile("True|False|None|NaN|-?Infinity");

  private static final JsonFactory LENIENT =
      JsonFactory.builder()
          .recyclerPool(Json.BUFFERS)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(JsonReadFeature.ALLOW_MISSING_VALUES)
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .build();

  private NearJson() {}

  /**
   * What the text looks like and how it becomes JSON, to be read behind "it"; null when it is JSON,
   * or nothing that was meant as such.
   *
   * @param text that was printed, without the space around it
   */
  static String fault(String text) {
    if (WORD.matcher(text).matches()) {
      return "looks like %s of Python: print json.dumps(value) instead, which knows true, false and null"
          .formatted(text);
    }
    if (text.startsWith("\uFEFF") && isJson(text.substring(1))) {
      return "looks like JSON behind a byte order mark: print it without";
    }
    Matcher fenced = FENCED.matcher(text);
    if (fenced.matches() && isJson(fenced.group(1).strip())) {
      return "looks like JSON in a code fence: print only what is between the two lines of ```";
    }
    String framed = faultOfFramed(text);
    return framed == null && BEGUN.matcher(text).matches() ? faultOfBegun(text) : framed;
  }

  private static boolean isJson(String text) {
    return isFramed(text) && parsingFault(text, Json.MAPPER.getFactory()) == null;
  }

  /** JSON that ends too early, or with something behind it that is none. */
  private static String faultOfBegun(String text) {
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(text)) {
      parser.nextToken();
      parser.skipChildren();
      String rest = text.substring((int) parser.currentLocation().getCharOffset()).strip();
      boolean isMore = rest.startsWith("{") || rest.startsWith("[");
      if (rest.isEmpty() || rest.contains("\n") || !isMore && rest.contains("{")) {
        return null; // it is JSON, or lines of a log
      }
      return isMore
          ? "looks like several values of JSON: print one, such as a list of them"
          : "looks like JSON with text behind it: print the JSON last, on a line of its own";
    } catch (JsonProcessingException e) {
      return e.getLocation().getCharOffset() >= text.length()
          ? "looks like JSON that was cut off: its end is missing"
          : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a text in memory
    }
  }

  private static String faultOfFramed(String text) {
    String last = text.substring(text.lastIndexOf('\n') + 1).strip();
    String found = null;
    for (String part : last.equals(text) ? List.of(text) : List.of(last, text)) {
      if (isFramed(part)) {
        String fault = parsingFault(part, Json.MAPPER.getFactory());
        if (fault == null) {
          return null;
        }
        found = found == null ? likeness(part, fault) : found;
      }
    }
    return found;
  }

  private static boolean isFramed(String text) {
    return text.startsWith("{") && text.endsWith("}") || text.startsWith("[") && text.endsWith("]");
  }

  private static String likeness(String text, String fault) {
    String begin = text.substring(0, Math.min(LOOKED_AT, text.length()));
    if (PYTHON_DICT.matcher(begin).matches()) {
      return PYTHON.formatted("a dict");
    }
    if (OF_JAVASCRIPT.matcher(begin).matches()) {
      return "looks like an object of JavaScript: print JSON.stringify(value) instead";
    }
    boolean isOfPython = text.indexOf('\'') >= 0 && text.startsWith("[");
    Matcher parts = QUOTED_OR_WORD.matcher(text);
    StringBuilder plain = new StringBuilder();
    while (parts.find()) {
      boolean isWord = parts.group(1) != null;
      isOfPython |= isWord;
      parts.appendReplacement(plain, isWord ? "null" : Matcher.quoteReplacement(parts.group()));
    }
    parts.appendTail(plain);
    if (parsingFault(plain.toString(), LENIENT) != null) {
      return null; // brackets around any text
    }
    return isOfPython
        ? PYTHON.formatted(text.startsWith("[") ? "a list" : "a dict")
        : "looks like JSON, which it is not: " + fault;
  }

  /** What is wrong with the text as one value; null when nothing is. */
  private static String parsingFault(String text, JsonFactory format) {
    try (JsonParser parser = format.createParser(text)) {
      parser.nextToken();
      parser.skipChildren();
      return parser.nextToken() == null ? null : "something stands after its end";
    } catch (JsonProcessingException e) {
      return JsonWords.of(e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a text in memory
    }
  }
}
