package io.mirrorneuron.gateway.contract.released;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;

/**
 * How a schema changed in a way that a client notices: what is sent may only be taken more
 * leniently, what is answered only be told more exactly. New members of answers and new words of
 * enumerations are announced to clients and break none.
 */
final class SchemaChanges {
  /** Which way a value goes. */
  enum Way {
    SENT,
    ANSWERED
  }

  private static final String REF = "$ref";
  private static final String PROPERTIES = "properties";
  private static final String REQUIRED = "required";
  private static final String OTHERS = "additionalProperties";
  private static final List<String> ALL_TYPES =
      List.of("array", "boolean", "integer", "null", "number", "object", "string");
  private static final List<String> LEAST = List.of("minimum", "minLength", "minItems");
  private static final List<String> MOST =
      List.of("maximum", "maxLength", "maxItems", "maxProperties");

  private final JsonNode before;
  private final JsonNode after;
  private final BinaryOperator<String> report;
  private final Set<String> seen = new HashSet<>();

  /**
   * @param report takes a place and what changed there
   */
  SchemaChanges(JsonNode before, JsonNode after, BinaryOperator<String> report) {
    this.before = before;
    this.after = after;
    this.report = report;
  }

  /**
   * @param place what readers call it, unless the schema has a name of its own
   */
  void compare(String place, JsonNode old, JsonNode now, Way way) {
    String here = old.has(REF) ? name(old) : place;
    if (old.has(REF) && !seen.add(way + name(old) + " " + name(now))) {
      return; // seen, or inside itself
    }
    JsonNode was = whole(before, old);
    JsonNode is = whole(after, now);
    types(here, was, is, way);
    if (way == Way.SENT) {
      bounds(here, was, is);
    }
    members(here, was, is, way);
    if (was.has("items") && is.has("items")) {
      compare(here + "[]", was.get("items"), is.get("items"), way);
    }
    if (was.path(OTHERS).isObject() && is.path(OTHERS).isObject()) {
      compare(here + ".*", was.get(OTHERS), is.get(OTHERS), way);
    }
    alternatives(here, was, is, way);
  }

  private void types(String here, JsonNode was, JsonNode is, Way way) {
    Set<String> old = typesOf(before, was);
    Set<String> now = typesOf(after, is);
    Set<String> extra = new TreeSet<>(way == Way.SENT ? old : now);
    extra.removeAll(way == Way.SENT ? now : old);
    if ((way == Way.SENT ? now : old).contains("number")) {
      extra.remove("integer"); // each integer is a number
    }
    if (!extra.isEmpty()) {
      report(here, way == Way.SENT ? "no longer takes " + extra : "may now be " + extra);
    }
  }

  private void bounds(String here, JsonNode was, JsonNode is) {
    for (String least : LEAST) {
      if (is.has(least) && is.get(least).asDouble() > was.path(least).asDouble(-1e300)) {
        report(here, least + " is now " + is.get(least));
      }
    }
    for (String most : MOST) {
      if (is.has(most) && is.get(most).asDouble() < was.path(most).asDouble(1e300)) {
        report(here, most + " is now " + is.get(most));
      }
    }
    if (is.has("pattern") && !is.get("pattern").equals(was.path("pattern"))) {
      report(here, "has another pattern");
    }
    Set<String> words = words(is);
    if (!words.isEmpty() && !words.containsAll(words(was))) {
      report(here, "takes fewer words");
    } else if (!words.isEmpty() && words(was).isEmpty()) {
      report(here, "takes only some words");
    }
  }

  private void members(String here, JsonNode was, JsonNode is, Way way) {
    Set<String> needed = required(was);
    Set<String> need = required(is);
    for (var member : was.path(PROPERTIES).properties()) {
      String name = member.getKey();
      String place = here + "." + name;
      JsonNode now = is.path(PROPERTIES).path(name);
      if (now.isMissingNode()) {
        report(place, "is gone");
        continue;
      }
      if (way == Way.SENT && need.contains(name) && !needed.contains(name)) {
        report(place, "has to be given");
      } else if (way == Way.ANSWERED && needed.contains(name) && !need.contains(name)) {
        report(place, "may be absent");
      }
      compare(place, member.getValue(), now, way);
    }
    if (way == Way.SENT) {
      need.stream()
          .filter(name -> !was.path(PROPERTIES).has(name) && !needed.contains(name))
          .forEach(name -> report(here + "." + name, "has to be given"));
      if (!isClosed(was) && isClosed(is)) {
        report(here, "takes no other members");
      }
    }
  }

  /** By name or position: whichever was possible must be taken, and only those be answered. */
  private void alternatives(String here, JsonNode was, JsonNode is, Way way) {
    for (String kind : List.of("anyOf", "oneOf")) {
      JsonNode old = was.path(kind);
      JsonNode now = is.path(kind);
      for (int i = 0; i < Math.min(old.size(), now.size()); i++) {
        compare(here + "|" + i, old.get(i), now.get(i), way);
      }
      if (way == Way.SENT ? now.size() < old.size() : now.size() > old.size()) {
        report(here, "has " + now.size() + " forms, not " + old.size());
      }
    }
  }

  private void report(String place, String what) {
    report.apply(place, what);
  }

  /** The types that a value may have; all when the schema says nothing. */
  private static Set<String> typesOf(JsonNode document, JsonNode schema) {
    Set<String> types = new TreeSet<>();
    JsonNode type = schema.path("type");
    type.forEach(one -> types.add(one.asText()));
    if (type.isTextual()) {
      types.add(type.asText());
    }
    for (String kind : List.of("anyOf", "oneOf")) {
      schema.path(kind).forEach(form -> types.addAll(typesOf(document, whole(document, form))));
    }
    if (type.isMissingNode()) {
      schema.path("enum").forEach(word -> types.addAll(of(word)));
    }
    if (schema.has("const") && type.isMissingNode()) {
      types.addAll(of(schema.get("const")));
    }
    return types.isEmpty() ? new TreeSet<>(ALL_TYPES) : types;
  }

  private static List<String> of(JsonNode value) {
    return List.of(value.isInt() ? "integer" : value.getNodeType().name().toLowerCase(Locale.ROOT));
  }

  private static Set<String> words(JsonNode schema) {
    Set<String> words = new TreeSet<>();
    schema.path("enum").forEach(word -> words.add(word.toString()));
    if (schema.has("const")) {
      words.add(schema.get("const").toString());
    }
    return words;
  }

  private static Set<String> required(JsonNode schema) {
    Set<String> required = new TreeSet<>();
    schema.path(REQUIRED).forEach(name -> required.add(name.asText()));
    return required;
  }

  private static boolean isClosed(JsonNode schema) {
    return schema.path(OTHERS).isBoolean() && !schema.get(OTHERS).asBoolean();
  }

  private static String name(JsonNode schema) {
    String reference = schema.path(REF).asText();
    return reference.substring(reference.lastIndexOf('/') + 1);
  }

  /** With its reference followed, and what {@code allOf} adds in one. */
  static JsonNode whole(JsonNode document, JsonNode schema) {
    JsonNode found = schema.has(REF) ? document.at(schema.get(REF).asText().substring(1)) : schema;
    if (!found.has("allOf")) {
      return found;
    }
    var united = Json.object();
    for (JsonNode part : found.get("allOf")) {
      united.setAll((ObjectNode) whole(document, part));
    }
    return united;
  }
}
