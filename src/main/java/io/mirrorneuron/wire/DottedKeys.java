package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Flattens a settings document to values by dotted key, in its order. */
public final class DottedKeys {
  private DottedKeys() {}

  /**
   * Walks objects. An object that is empty, or whose key is a setting, is a value: its keys are the
   * user's.
   */
  public static Map<String, JsonNode> of(JsonNode document, Predicate<String> isSetting) {
    Map<String, JsonNode> flat = new LinkedHashMap<>();
    add("", document, isSetting, flat);
    return flat;
  }

  private static void add(
      String prefix, JsonNode node, Predicate<String> isSetting, Map<String, JsonNode> flat) {
    node.properties()
        .forEach(
            member -> {
              String key = prefix + member.getKey();
              JsonNode value = member.getValue();
              if (value.isObject() && !value.isEmpty() && !isSetting.test(key)) {
                add(key + ".", value, isSetting, flat);
              } else {
                flat.put(key, value);
              }
            });
  }
}
