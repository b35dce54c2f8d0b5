package io.mirrorneuron.wire.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A JSON Schema as the validator gets it for one value: a {@code pattern} is a {@code format} that
 * {@link #fits} checks, one of {@code patternProperties} lists the names of the value that match,
 * and {@code uniqueItems}, for which the validator compares each item with each other, is the
 * format {@link #UNIQUE}. For one use by one thread.
 */
public final class SchemaForValue {
  /** In steps of a search; a second or some. */
  private static final long MOST_WORK = 300_000_000;

  /** Characters that two names may share, and still cost no more than a step to compare. */
  private static final int SHARED = 16;

  /** Characters of a list; readers of JSON refuse names of 50,000. */
  private static final int LONG = 5_000;

  /** The format of lists that have nothing twice. */
  public static final String UNIQUE = "unique items";

  private static final String UNIQUE_ITEMS = "uniqueItems";
  private static final String FORMAT = "format";
  private static final String PREFIX = "pattern ";

  private final ObjectNode schema;
  private final Map<String, LinearPattern> compiled;

  /** By the list of names that stands for it, what the author wrote. */
  private final Map<String, String> written = new HashMap<>();

  private final TreeSet<String> names = new TreeSet<>();
  private long namesWithRepeats;
  private long work;

  SchemaForValue(ObjectNode schema, Map<String, LinearPattern> compiled, JsonNode value) {
    this.schema = schema.deepCopy();
    this.compiled = compiled;
    collectNames(value);
    Subschemas.visit(this.schema, this::rewrite);
  }

  private void collectNames(JsonNode value) {
    value
        .properties()
        .forEach(
            member -> {
              names.add(member.getKey());
              namesWithRepeats++;
            });
    value.forEach(this::collectNames);
  }

  public ObjectNode schema() {
    return schema;
  }

  /**
   * Whether a text has a format (or none, null), as far as formats stand for patterns.
   *
   * @throws IllegalStateException when searching in this value takes too long
   */
  public boolean fits(String format, String text) {
    LinearPattern pattern =
        format != null && format.startsWith(PREFIX)
            ? compiled.get(format.substring(PREFIX.length()))
            : null;
    if (pattern == null) {
      return true;
    }
    spend(pattern.work(text));
    return pattern.isIn(text);
  }

  /** What the validator says, in words of the schema's author. */
  public String reported(String message) {
    for (Map.Entry<String, String> one : written.entrySet()) {
      if (message.contains(one.getKey())) {
        return message.replace(one.getKey(), one.getValue());
      }
    }
    return message;
  }

  private void spend(long steps) {
    work += steps;
    if (work > MOST_WORK) {
      throw new IllegalStateException("its patterns and the value are too long together");
    }
  }

  // ---- the other schema

  private void rewrite(ObjectNode place) {
    if (place.get(SchemaPatterns.PATTERN) instanceof JsonNode pattern && pattern.isTextual()) {
      place.remove(SchemaPatterns.PATTERN);
      addFormat(place, PREFIX + pattern.textValue());
    }
    if (place.get(UNIQUE_ITEMS) instanceof ValueNode wanted) {
      if (!wanted.isBoolean()) {
        throw new IllegalArgumentException("its uniqueItems must be true or false");
      }
      place.remove(UNIQUE_ITEMS);
      if (wanted.booleanValue()) {
        addFormat(place, UNIQUE);
      }
    }
    if (place.get(SchemaPatterns.BY_PATTERN) instanceof ObjectNode map) {
      ObjectNode listing = map.objectNode();
      map.properties()
          .forEach(one -> listed(one.getKey()).forEach(list -> listing.set(list, one.getValue())));
      place.set(SchemaPatterns.BY_PATTERN, listing);
    }
  }

  private static void addFormat(ObjectNode place, String format) {
    (place.has(FORMAT) ? place.withArray("allOf").addObject() : place).put(FORMAT, format);
  }

  /** Expressions of the JDK, each for some of the names that match; no other has the same text. */
  private List<String> listed(String pattern) {
    LinearPattern searched = compiled.get(pattern);
    List<String> matching = new ArrayList<>();
    int shared = 0;
    for (String name : names) {
      spend(searched.work(name));
      if (searched.isIn(name)) {
        shared = matching.isEmpty() ? 0 : Math.max(shared, sharedWith(matching.getLast(), name));
        matching.add(name);
      }
    }
    spend(namesWithRepeats * matching.size() * (2 + shared / SHARED));
    List<String> lists = new ArrayList<>();
    StringBuilder list = new StringBuilder();
    for (String name : matching) {
      list.append(list.isEmpty() ? "" : "|")
          .append("\\A")
          .append(Pattern.quote(name))
          .append("\\z");
      if (list.length() > LONG) {
        lists.add(list.toString());
        list.setLength(0);
      }
    }
    lists.add(list.isEmpty() ? "(?!)" : list.toString());
    lists.replaceAll(one -> one + "|(?!)" + written.size());
    lists.forEach(one -> written.put(one, pattern));
    return lists;
  }

  private static int sharedWith(String one, String other) {
    int most = Math.min(one.length(), other.length());
    int shared = 0;
    while (shared < most && one.charAt(shared) == other.charAt(shared)) {
      shared++;
    }
    return shared;
  }
}
