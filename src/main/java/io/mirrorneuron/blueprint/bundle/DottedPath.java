package io.mirrorneuron.blueprint.bundle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A place in an object of JSON: names of members, one in the other. */
record DottedPath(List<String> names) {
  DottedPath {
    names = List.copyOf(names);
  }

  /**
   * @param text names with dots between them
   */
  static DottedPath of(String text) {
    return new DottedPath(List.of(text.split("\\.", -1)));
  }

  /** The value there; null when there is none. */
  Object in(Map<String, Object> document) {
    Object found = document;
    for (String name : names) {
      found = object(found).get(name);
    }
    return found;
  }

  /** An object with nothing but the value, at this place. */
  Map<String, Object> with(Object value) {
    Object whole = value;
    for (String name : names.reversed()) {
      Map<String, Object> parent = new LinkedHashMap<>();
      parent.put(name, whole);
      whole = parent;
    }
    return object(whole);
  }

  /** The value as an object; one without members when it is none. */
  @SuppressWarnings("unchecked") // an object of JSON has texts as names
  static Map<String, Object> object(Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /** The value when it is a text with something in it, else null. */
  static String text(Object value) {
    return value instanceof String text && !text.isBlank() ? text : null;
  }

  @Override
  public String toString() {
    return String.join(".", names);
  }
}
