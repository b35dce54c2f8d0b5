package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.human.FormErrorText;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import io.mirrorneuron.wire.ReviewMarks;
import io.mirrorneuron.wire.SchemaCheck;
import java.util.List;
import java.util.Map;

/**
 * One thing that can be asked before a launch.
 *
 * @param name by which it is answered
 * @param path of the configuration where the answer goes; null for an input of the manifest
 * @param schema that answers must fit; null when any does
 * @param shown as a property of the form, without a default
 * @param value what counts without an answer; null when nothing does
 * @param isSecret whether its value is told nobody
 * @param isRequired whether something must count
 */
record AskedField(
    String name,
    DottedPath path,
    Map<String, Object> schema,
    Map<String, Object> shown,
    Object value,
    boolean isSecret,
    boolean isRequired) {

  boolean isMissing() {
    return isRequired && value == null;
  }

  /** As a property of the form. */
  Map<String, Object> property() {
    Map<String, Object> property = ReviewMarks.schema(shown, name, isSecret);
    if (hidesValue() || !property.keySet().equals(shown.keySet())) {
      property.put("writeOnly", true);
    } else if (value != null) {
      property.put("default", value);
    }
    return property;
  }

  private boolean hidesValue() {
    var reported = Json.object();
    reported.set(name, Json.MAPPER.valueToTree(value));
    return isSecret || Redaction.of(reported) != reported;
  }

  /** What is wrong with an answer; of a secret one nothing is repeated. */
  List<Fault> faults(Object answer, List<Object> place) {
    if (schema == null) {
      return List.of();
    }
    List<Fault> faults;
    try {
      faults =
          FormErrorText.plain(
              schema,
              place,
              SchemaCheck.of(Json.MAPPER.valueToTree(schema))
                  .faults(Json.MAPPER.valueToTree(answer), place));
    } catch (MnException e) { // its author has to mend it
      return List.of(new Fault(e.error(), place, "cannot be checked: " + e.getMessage(), null));
    }
    return faults.isEmpty() || !(isSecret || Redaction.isSecret(name))
        ? faults
        : List.of(new Fault(faults.getFirst().type(), place, "does not fit its schema", null));
  }

  /** The name of a kind of JSON values, as schemas have it; null of what is none. */
  static String type(Object value) {
    return switch (value) {
      case String _ -> "string";
      case Boolean _ -> "boolean";
      case Number _ -> "number";
      case List<?> _ -> "array";
      case Map<?, ?> _ -> "object";
      case null, default -> null;
    };
  }
}
