package io.mirrorneuron.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.config.RedisSettings.RedisUrl;
import io.mirrorneuron.wire.DottedKeys;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Values by dotted key, from several layers; a higher layer wins. Reading a value that does not fit
 * notes a problem and returns a harmless one, so that all problems are found in one go.
 */
final class Settings {
  /** Later layers override earlier ones. */
  enum Layer {
    DEFAULT,
    ENVIRONMENT_FILE,
    PERSISTED,
    FILE,
    VARIABLE,
    FLAG;

    /** Whether somebody asked for the value at this very start. */
    boolean isExplicit() {
      return compareTo(PERSISTED) > 0;
    }
  }

  /**
   * @param origin how the place is called in a problem, for example {@code MN_API_PORT}
   */
  private record Value(JsonNode node, Layer layer, String origin) {
    String text() {
      return node.isContainerNode() ? node.toString() : node.asText().trim();
    }
  }

  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Set<String> problems = new LinkedHashSet<>();

  /** The keys of {@code defaults} are the keys that exist. */
  Settings(JsonNode defaults) {
    DottedKeys.of(defaults, key -> false)
        .forEach((key, node) -> values.put(key, new Value(node, Layer.DEFAULT, "default")));
  }

  Iterable<String> keys() {
    return List.copyOf(values.keySet());
  }

  /** Lays a whole document over the present values. */
  void add(JsonNode document, Layer layer, String origin) {
    DottedKeys.of(document, values::containsKey)
        .forEach((key, node) -> put(key, node, layer, origin));
  }

  /** Blank text counts as unset. */
  void add(String key, String text, Layer layer, String origin) {
    if (text != null && !text.isBlank()) {
      put(key, TextNode.valueOf(text.trim()), layer, origin);
    }
  }

  private void put(String name, JsonNode node, Layer layer, String origin) {
    String key = SettingAlias.first(name);
    Value present = values.get(key);
    if (present == null) {
      String meant =
          NearestMatch.of(key, values.keySet())
              .map(near -> "; did you mean " + near + "?")
              .orElse("");
      problems.add(origin + ": there is no setting " + key + meant);
    } else if (present.layer.compareTo(layer) <= 0) {
      values.put(key, new Value(node, layer, origin));
    }
  }

  void problem(String text) {
    problems.add(text);
  }

  /** Notes that the value of {@code key} does not fit, with the value unless it may be a secret. */
  private void unfit(String key, String expected) {
    Value value = values.get(key);
    problems.add(ChangedSetting.unfit(key, expected, value.text(), value.origin));
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  Layer layer(String key) {
    return values.get(key).layer;
  }

  /** {@code key is value, by origin} of each that is not the default. */
  List<String> changes() {
    return values.keySet().stream()
        .filter(key -> layer(key) != Layer.DEFAULT)
        .map(key -> ChangedSetting.reported(key, values.get(key).text(), values.get(key).origin))
        .toList();
  }

  /** Whether the key was given a value, by any layer above the defaults. */
  boolean isSet(String key) {
    return layer(key) != Layer.DEFAULT && !text(key).isEmpty();
  }

  boolean isExplicit(String key) {
    return layer(key).isExplicit();
  }

  /** The value as text; empty when it is null. */
  String text(String key) {
    JsonNode node = values.get(key).node;
    if (node.isContainerNode()) {
      unfit(key, "a single value");
      return "";
    }
    return node.isNull() ? "" : node.asText().trim();
  }

  /** Text that may not be blank. */
  String word(String key) {
    String text = text(key);
    requireText(key, !text.isEmpty(), "given");
    return text;
  }

  long number(String key, long min, long max) {
    try {
      long number = new BigDecimal(text(key)).longValueExact();
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException | ArithmeticException e) {
      // not a whole number: the same problem as one out of range
    }
    unfit(key, "a whole number from " + min + " to " + max);
    return min;
  }

  /** Zero is any free port, but not in {@code MN_API_PORT}: in the original that starts at 1. */
  int port(String key) {
    boolean fromOne = key.equals("api.port") && layer(key) == Layer.VARIABLE;
    if (fromOne && text(key).equals("0")) {
      unfit(key, "a whole number from 1 to 65535; a file or an option may say 0, any free port");
      return 0;
    }
    return (int) number(key, fromOne ? 1 : 0, 65_535);
  }

  boolean flag(String key) {
    return switch (text(key).toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes", "on" -> true;
      case "false", "0", "no", "off" -> false;
      default -> {
        unfit(key, "true or false");
        yield false;
      }
    };
  }

  /** One of the constants of {@code type}, in any case. */
  <E extends Enum<E>> E choice(String key, Class<E> type) {
    String text = choice(key);
    E[] constants = type.getEnumConstants();
    for (E constant : constants) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    unfit(
        key, oneOf(Arrays.stream(constants).map(c -> c.name().toLowerCase(Locale.ROOT)).toList()));
    return constants[0];
  }

  /** The word as it was written: for YAML {@code on} and {@code off} are no words. */
  private String choice(String key) {
    JsonNode node = values.get(key).node;
    return node.isBoolean() ? node.asBoolean() ? "on" : "off" : text(key);
  }

  String choice(String key, List<String> words) {
    String text = choice(key).toUpperCase(Locale.ROOT);
    if (!words.contains(text)) {
      unfit(key, oneOf(words));
    }
    return text;
  }

  private static String oneOf(List<String> words) {
    return words.size() == 1 ? words.getFirst() : "one of " + String.join(", ", words);
  }

  /** A list, or its entries with commas between. */
  List<String> list(String key) {
    JsonNode node = values.get(key).node;
    if (node.isArray()) {
      List<String> entries = new ArrayList<>();
      node.forEach(entry -> entries.add(entry.asText()));
      return entries;
    }
    return Arrays.stream(text(key).split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  /** Texts by name: an object, or {@code name=text} with commas between. */
  Map<String, String> pairs(String key) {
    JsonNode node = values.get(key).node;
    return node.isObject()
        ? node.properties().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, member -> member.getValue().asText()))
        : list(key).stream()
            .map(entry -> entry.split("=", 2))
            .collect(
                Collectors.toMap(
                    pair -> pair[0].trim(),
                    pair -> pair.length == 2 ? pair[1].trim() : "",
                    (first, second) -> second));
  }

  /** Positive whole numbers by name, as {@link #pairs}. */
  Map<String, Integer> counts(String key) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    pairs(key)
        .forEach(
            (name, count) -> {
              if (!name.isEmpty() && count.matches("[1-9]\\d{0,8}")) {
                counts.put(name, Integer.valueOf(count));
              } else {
                unfit(key, "a list of name=number with numbers from 1");
              }
            });
    return counts;
  }

  void requireText(String key, boolean fits, String expected) {
    if (!fits) {
      unfit(key, expected);
    }
  }

  /** A setting that is not as by default, or cannot be as it is, in words for people. */
  private static final class ChangedSetting {
    private static final Pattern SECRET = Pattern.compile("(.*[._])?(token|password|secret)");

    /** An address with somebody's name, or a parameter that may be a secret. */
    private static final Pattern ADDRESS =
        Pattern.compile(
            "://[^/?#\\s]*@|[?&][^=&\\s]*(token|key|secret|passw|sig)[^=&\\s]*=",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern PATH = Pattern.compile("[/~.$].*");
    private static final int LONGEST = 120;

    private ChangedSetting() {}

    /**
     * @param value as text, or JSON of a list or an object
     * @param origin who has set it, for example {@code MN_API_PORT}
     */
    static String reported(String key, String value, String origin) {
      return "setting %s is %s, by %s".formatted(key, shown(key, value).orElse("(hidden)"), origin);
    }

    /**
     * That a value does not fit, and which it is, save secrets. Of a file that holds one the name
     * is told, unless somebody has put the secret there instead.
     *
     * @param expected what the value must be
     */
    static String unfit(String key, String expected, String value, String origin) {
      boolean mayBeSecret = key.endsWith("_file") && !PATH.matcher(value).matches();
      boolean isReported = expected.contains(", unlike ");
      Optional<String> shown =
          value.isEmpty() || mayBeSecret || isReported ? Optional.empty() : shown(key, value);
      String actual =
          shown
              .map(text -> text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...")
              .map(text -> text.matches("[\\[{].*") ? "; it is " + text : "; it is \"" + text + '"')
              .orElse("");
      return key + " (" + origin + ") must be " + expected + actual;
    }

    private static Optional<String> shown(String key, String value) {
      boolean isRedis = key.startsWith("redis.");
      if (SECRET.matcher(key).matches()
          || ADDRESS.matcher(value).find()
          || isRedis && value.indexOf('@') >= 0) {
        return Optional.empty();
      }
      String text = key.equals("redis.url") ? RedisUrl.shown(value) : value;
      return Optional.of(text.replaceAll("\\p{Cntrl}+", " "));
    }
  }
}
