package io.mirrorneuron.blueprint;

import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an {@code init_config_review} tells: of fields that are secret, as their author or their
 * name says, no value.
 */
final class ShownReview {
  private static final String FIELDS = "fields";
  private static final String SCHEMA = "schema";
  private static final List<String> VALUES =
      List.of("default", "value", "example", "examples", "placeholder", "const");

  private ShownReview() {}

  static Object of(Object review) {
    if (!(review instanceof Map<?, ?> map) || !(map.get(FIELDS) instanceof List<?> fields)) {
      return review;
    }
    Map<Object, Object> shown = new LinkedHashMap<>(map);
    shown.put(FIELDS, fields.stream().<Object>map(ShownReview::field).toList());
    return shown;
  }

  private static Object field(Object written) {
    if (!(written instanceof Map<?, ?> field)) {
      return written;
    }
    boolean isSecret = Boolean.TRUE.equals(field.get("secret"));
    String name = String.valueOf(field.get("path"));
    Map<Object, Object> shown = without(field, name, isSecret);
    if (shown.get(SCHEMA) instanceof Map<?, ?> schema) {
      shown.put(SCHEMA, without(schema, name, isSecret));
    }
    return shown;
  }

  private static Map<Object, Object> without(Map<?, ?> members, String name, boolean isSecret) {
    Map<Object, Object> shown = new LinkedHashMap<>(members);
    shown.keySet().removeIf(key -> VALUES.contains(key) && hides(name, members.get(key), isSecret));
    return shown;
  }

  private static boolean hides(String name, Object value, boolean isSecret) {
    var told = Json.object();
    told.set(name, Json.MAPPER.valueToTree(value));
    return isSecret || Redaction.of(told) != told;
  }
}
