package io.mirrorneuron.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonText;
import io.mirrorneuron.wire.NamedInputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a submission's input values into the manifest that declares the inputs. */
public final class InputValues {
  private InputValues() {}

  /**
   * The manifest with each value as {@code value} of its input; the text itself without values.
   *
   * @param text of the manifest
   * @param manifest the same, read; it stays as it is
   * @param values by name; whatever Jackson writes as JSON
   * @throws MnException INVALID with every name that the manifest does not declare
   */
  public static String into(String text, ObjectNode manifest, Map<String, ?> values) {
    if (values.isEmpty()) {
      return text;
    }
    ObjectNode declared =
        manifest.get(NamedInputs.MEMBER) instanceof ObjectNode object
            ? object.deepCopy()
            : Json.object();
    List<String> names = new ArrayList<>();
    declared.fieldNames().forEachRemaining(names::add);
    List<String> unknown =
        values.keySet().stream()
            .filter(name -> !declared.has(name))
            .map(name -> refusal(name, names))
            .toList();
    if (!unknown.isEmpty()) {
      throw MnException.invalid(String.join("; ", unknown));
    }
    values.forEach(
        (name, value) ->
            declaration(declared, name).set(NamedInputs.VALUE, Json.MAPPER.valueToTree(value)));
    ObjectNode filled = Json.object().setAll(manifest);
    filled.set(NamedInputs.MEMBER, declared);
    return Json.write(filled);
  }

  /**
   * Carries the input values of an earlier manifest over to a bundle, for inputs that both declare;
   * the bundle's own values win.
   *
   * @param from the earlier manifest, which was accepted
   */
  public static Submission carried(String from, Submission bundle) {
    ObjectNode given = NamedInputs.given(Json.parseObject(from, "manifest"));
    if (given.isEmpty()) {
      return bundle;
    }
    ObjectNode manifest = JsonText.distinct(bundle.manifestJson(), "manifest");
    ObjectNode own = NamedInputs.given(manifest);
    if (!(manifest.get(NamedInputs.MEMBER) instanceof ObjectNode declared)) {
      return bundle;
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    given.properties().stream()
        .filter(input -> declared.has(input.getKey()) && !own.has(input.getKey()))
        .forEach(input -> values.put(input.getKey(), input.getValue()));
    return bundle.withManifest(into(bundle.manifestJson(), manifest, values));
  }

  private static String refusal(String name, List<String> names) {
    String known =
        names.isEmpty()
            ? "the manifest declares no inputs"
            : NearestMatch.of(name, names)
                .map(near -> "did you mean " + near + "?")
                .orElse("the manifest declares " + String.join(", ", names));
    return "unknown input %s; %s".formatted(name, known);
  }

  /** A default that stands for itself is written out first. */
  private static ObjectNode declaration(ObjectNode declared, String name) {
    JsonNode written = declared.get(name);
    if (written instanceof ObjectNode object) {
      return object;
    }
    ObjectNode object = declared.putObject(name);
    if (!written.isNull()) {
      object.set(NamedInputs.DEFAULT, written);
    }
    return object;
  }
}
