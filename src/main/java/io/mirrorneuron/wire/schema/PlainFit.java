package io.mirrorneuron.wire.schema;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Says of texts and integers that they fit a schema without nested ones, such as those of
 * parameters, at a small part of what a validator costs, which goes through all keywords and
 * compiles a pattern each time. Thread-safe.
 *
 * @param longest characters of a text
 * @param words that it may be; null for any
 * @param pattern null for any
 */
public record PlainFit(
    boolean isText,
    long shortest,
    long longest,
    Set<String> words,
    Pattern pattern,
    long least,
    long most) {
  private static final Set<String> IDLE =
      Set.of("type", "default", "description", "example", "title", "deprecated");
  private static final Set<String> OF_TEXTS = Set.of("minLength", "maxLength", "enum", "pattern");
  private static final Set<String> OF_INTEGERS = Set.of("minimum", "maximum");

  /** Null when the schema is of another kind. */
  public static PlainFit of(JsonSchema schema) {
    if (!(schema instanceof JsonObject json)) {
      return null;
    }
    boolean isText = "string".equals(json.getValue("type"));
    Set<String> known = isText ? OF_TEXTS : OF_INTEGERS;
    if (!isText && !"integer".equals(json.getValue("type"))
        || !json.fieldNames().stream()
            .allMatch(key -> isIdle(key) || known.contains(key) && isExact(json.getValue(key)))) {
      return null;
    }
    return new PlainFit(
        isText,
        json.getLong("minLength", 0L),
        json.getLong("maxLength", Long.MAX_VALUE),
        json.getValue("enum") instanceof JsonArray words ? texts(words) : null,
        json.getValue("pattern") instanceof String regex ? Pattern.compile(regex) : null,
        json.getLong("minimum", Long.MIN_VALUE),
        json.getLong("maximum", Long.MAX_VALUE));
  }

  /** Bounds with a fraction are left to the validator. */
  private static boolean isExact(Object value) {
    return !(value instanceof Number) || value instanceof Integer || value instanceof Long;
  }

  private static boolean isIdle(String key) {
    return IDLE.contains(key) || key.startsWith("__") || key.startsWith("x-");
  }

  private static Set<String> texts(JsonArray words) {
    return words.stream()
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether it fits for certain; else it may, or not. */
  public boolean isCertain(Object value) {
    return isText
        ? value instanceof String text && fits(text)
        : value instanceof Long number && number >= least && number <= most;
  }

  private boolean fits(String text) {
    return text.length() <= longest // in which case it has no more characters, whichever they are
        && (shortest <= 0 || text.codePointCount(0, text.length()) >= shortest)
        && (words == null || words.contains(text))
        && (pattern == null || pattern.matcher(text).find());
  }
}
