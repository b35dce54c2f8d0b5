package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.SchemaCheck;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A JSON Schema (2020-12) of an object as a form with fields. Pure.
 *
 * @param schema as its author wrote it
 */
public record SchemaForm(ObjectNode schema) {
  /** The type of a fault of a field that the form does not have. */
  public static final String UNKNOWN = "additionalProperties";

  /**
   * The member of a question that names the fields in the order in which they are asked for: lines
   * of files have their members in the order of the alphabet.
   */
  public static final String ORDER = "form_fields";

  private static final String PROPERTIES = "properties";

  /** What may say something of fields that are not among the properties. */
  private static final List<String> OPENING =
      List.of(
          UNKNOWN,
          "unevaluatedProperties",
          "patternProperties",
          "$ref",
          "$dynamicRef",
          "allOf",
          "anyOf",
          "oneOf",
          "if",
          "dependentSchemas");

  /** The declared fields, in the order of the form. */
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    Stream.ofNullable(schema.get(PROPERTIES))
        .flatMap(fields -> fields.properties().stream())
        .forEach(field -> names.add(field.getKey()));
    return names;
  }

  /** Whether values have to have the field. */
  public boolean requires(String name) {
    return Stream.ofNullable(schema.get("required"))
        .flatMap(Json::elements)
        .anyMatch(one -> name.equals(one.textValue()));
  }

  /**
   * What does not fit, at {@code body} and the field. A field that the form does not declare does
   * not fit either, unless the form says something of such fields.
   *
   * @throws MnException PRECONDITION {@code unusable_schema}
   */
  public List<Fault> faults(ObjectNode fields) {
    List<Fault> faults = new ArrayList<>(SchemaCheck.of(schema).faults(fields, List.of("body")));
    // With one unfit value the validator complains of all that are declared.
    faults.removeIf(
        fault ->
            fault.type().equals(UNKNOWN)
                && fault.loc().size() == 2
                && names().contains(String.valueOf(fault.loc().get(1))));
    if (!names().isEmpty() && OPENING.stream().noneMatch(schema::has)) {
      fields.properties().stream()
          .filter(field -> !names().contains(field.getKey()))
          .map(field -> unknown(field.getKey(), field.getValue()))
          .forEach(faults::add);
    }
    return faults;
  }

  private static Fault unknown(String name, JsonNode value) {
    Object input = value.isContainerNode() ? null : Json.MAPPER.convertValue(value, Object.class);
    return new Fault(UNKNOWN, List.of("body", name), "is unknown", input);
  }

  /** What is wrong with one value, whatever the other fields have. */
  public List<Fault> faults(String name, JsonNode value) {
    return faults(Json.object().set(name, value)).stream()
        .filter(fault -> fault.loc().size() > 1 && fault.loc().get(1).equals(name))
        .toList();
  }

  /** Names the fields of a question that has a form, where they are not in alphabetical order. */
  public static void keepOrder(ObjectNode question) {
    if (question.get("form") instanceof ObjectNode schema) {
      List<String> names = List.copyOf(new SchemaForm(schema).names());
      if (!names.equals(names.stream().sorted().toList())) {
        question.set(ORDER, Json.MAPPER.valueToTree(names));
      }
    }
  }

  /** The form with its fields in this order; those that are not named come last. */
  public static ObjectNode inOrder(ObjectNode schema, List<String> names) {
    if (names.isEmpty() || !(schema.get(PROPERTIES) instanceof ObjectNode fields)) {
      return schema;
    }
    ObjectNode ordered = Json.object();
    names.stream().filter(fields::has).forEach(name -> ordered.set(name, fields.get(name)));
    fields.properties().stream()
        .filter(field -> !ordered.has(field.getKey()))
        .forEach(field -> ordered.set(field.getKey(), field.getValue()));
    ObjectNode form = Json.object().setAll(schema);
    return form.set(PROPERTIES, ordered);
  }
}
