package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.NamedInputs;
import io.mirrorneuron.wire.SchemaCheck;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reads {@code inputs} at the root: the named inputs of a job. */
public final class InputDeclarations {
  private static final Set<String> MEMBERS = Set.of("description", "default", "schema", "value");

  private InputDeclarations() {}

  /** The value of each input; reports wrong and missing ones. */
  public static ObjectNode read(ManifestValue root) {
    ManifestValue place = root.at(NamedInputs.MEMBER);
    ObjectNode values = Json.object();
    if (!place.check(Shape.OBJECT)) {
      return values;
    }
    for (Map.Entry<String, JsonNode> member : place.value().properties()) {
      ManifestValue input = place.at(member.getKey());
      ManifestValue schema = input.at("schema");
      check(input);
      boolean isSound = isSound(schema);
      JsonNode value = NamedInputs.value(input.value());
      if (value == null) {
        input.require(
            "input %s has no default, and no value was given".formatted(shown(input)),
            "input %1$s has no default, so each run must give it: mn run --input %1$s=…"
                .formatted(shown(input)));
      } else {
        values.set(member.getKey(), value);
      }
      if (isSound) {
        checkSchema(input, schema, value);
      }
    }
    return values;
  }

  private static void check(ManifestValue input) {
    for (Map.Entry<String, JsonNode> member : input.value().properties()) {
      if (!MEMBERS.contains(member.getKey())) {
        input
            .at(member.getKey())
            .error(
                ManifestProblem.SHAPE,
                "input %s may have description, default and schema, not %s; an object as its default is written default: {…}"
                    .formatted(shown(input), ManifestValue.shown(member.getKey())));
      }
    }
    input.at("description").check(Shape.STRING);
  }

  private static boolean isSound(ManifestValue place) {
    if (!place.check(Shape.OBJECT)) {
      return false;
    }
    var complaint = SchemaCheck.complaint((ObjectNode) place.value());
    complaint.ifPresent(why -> place.refuse(ManifestProblem.SHAPE, place.label() + ": " + why));
    return complaint.isEmpty();
  }

  /**
   * @param value null when there is none
   */
  private static void checkSchema(ManifestValue input, ManifestValue place, JsonNode value) {
    if (!(place.value() instanceof ObjectNode schema)) {
      return;
    }
    try {
      SchemaCheck check = SchemaCheck.of(schema);
      Stream.ofNullable(value)
          .flatMap(given -> check.faults(given, List.of()).stream())
          .limit(1)
          .forEach(
              fault ->
                  input.error(
                      ManifestProblem.SHAPE,
                      "input %s does not fit its schema: %s".formatted(shown(input), fault.msg())));
    } catch (MnException e) {
      place.refuse(ManifestProblem.SHAPE, place.label() + ": " + e.getMessage());
    }
  }

  private static String shown(ManifestValue input) {
    return ManifestValue.shown(input.name());
  }
}
