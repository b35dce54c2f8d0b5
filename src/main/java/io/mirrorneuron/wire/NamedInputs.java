package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * The named inputs of a job in {@code inputs} at the root of a manifest. Each is declared by an
 * object with {@code default}, {@code description}, {@code schema} and, once given, {@code value};
 * anything but an object is the default itself.
 */
public final class NamedInputs {
  public static final String MEMBER = "inputs";
  public static final String VALUE = "value";
  public static final String DEFAULT = "default";

  private NamedInputs() {}

  /** The values of an accepted manifest; empty when it declares no inputs. */
  public static ObjectNode values(ObjectNode manifest) {
    ObjectNode values = Json.object();
    if (manifest.get(MEMBER) instanceof ObjectNode declared) {
      for (Map.Entry<String, JsonNode> input : declared.properties()) {
        JsonNode value = value(input.getValue());
        if (value != null) {
          values.set(input.getKey(), value);
        }
      }
    }
    return values;
  }

  /** The given values, without defaults. */
  public static ObjectNode given(ObjectNode manifest) {
    ObjectNode given = Json.object();
    if (manifest.get(MEMBER) instanceof ObjectNode declared) {
      for (Map.Entry<String, JsonNode> input : declared.properties()) {
        if (input.getValue().has(VALUE)) {
          given.set(input.getKey(), input.getValue().get(VALUE));
        }
      }
    }
    return given;
  }

  /** The given value, else the default; null when there is neither. */
  public static JsonNode value(JsonNode declaration) {
    if (declaration.isObject()) {
      JsonNode given = declaration.get(VALUE);
      return given == null ? declaration.get(DEFAULT) : given;
    }
    return declaration.isNull() ? null : declaration;
  }
}
