package io.mirrorneuron.wire;

import static io.mirrorneuron.wire.Redaction.REDACTED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Secrets that the author of a manifest marks, whatever their names: configuration fields with
 * {@code secret} in {@code init_config_review}, and inputs whose schema is {@code writeOnly}. Their
 * values are hidden in place, and texts and numbers of some length wherever they are repeated.
 * Secrets by name are hidden as well. Programs still get these values. Immutable.
 */
public final class MarkedSecrets {
  private static final String SCHEMA = "schema";
  private static final TextNode HIDDEN = TextNode.valueOf(REDACTED);
  private static final List<String> CONFIG = List.of("metadata", "blueprint_config");

  /** Paths of member names in a manifest. */
  private final List<List<String>> paths;

  /** Longest first. */
  private final List<String> texts;

  private final SecretTexts repeated;

  private MarkedSecrets(List<List<String>> paths, List<String> texts) {
    this.paths = paths;
    this.texts = texts;
    this.repeated = new SecretTexts(texts);
  }

  /** The secrets of a manifest, read leniently. */
  public static MarkedSecrets of(JsonNode manifest) {
    List<List<String>> paths = new ArrayList<>();
    ReviewMarks.in(manifest).forEach(path -> paths.add(joined(CONFIG, path)));
    if (manifest.get(NamedInputs.MEMBER) instanceof ObjectNode inputs) {
      for (var input : inputs.properties()) {
        if (isSecret(input.getValue())) {
          addInput(input.getKey(), paths);
        }
      }
    }
    Set<String> texts =
        new TreeSet<>(
            Comparator.comparingInt(String::length)
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
    paths.forEach(path -> addTexts(at(manifest, path), texts));
    return new MarkedSecrets(List.copyOf(paths), List.copyOf(texts));
  }

  private static void addInput(String name, List<List<String>> paths) {
    paths.add(List.of(NamedInputs.MEMBER, name, NamedInputs.VALUE));
    paths.add(List.of(NamedInputs.MEMBER, name, NamedInputs.DEFAULT));
    paths.add(List.of("initial_inputs", name));
    paths.add(List.of("runtime", "initial_inputs", name));
    paths.add(joined(CONFIG, List.of(NamedInputs.MEMBER, name)));
  }

  private static List<String> joined(List<String> one, List<String> other) {
    List<String> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  private static JsonNode at(JsonNode in, List<String> path) {
    JsonNode found = in;
    for (String name : path) {
      found = found == null ? null : found.get(name);
    }
    return found;
  }

  private static void addTexts(JsonNode value, Set<String> texts) {
    if (value != null && value.isTextual() && SecretTexts.isLong(value.textValue())) {
      texts.add(value.textValue());
    } else if (value != null && value.isNumber()) {
      SecretNumbers.written(value).ifPresent(texts::add);
    } else if (value != null && value.isContainerNode()) {
      value.forEach(part -> addTexts(part, texts));
    }
  }

  /** Secret texts and numbers that are hidden wherever repeated, longest first. */
  public List<String> texts() {
    return texts;
  }

  /** Whether this path of the configuration is secret. */
  public boolean isOfConfig(List<String> path) {
    return isAny(joined(CONFIG, path));
  }

  /** Whether this path of the manifest is secret. */
  public boolean isOfManifest(List<String> path) {
    return isAny(path);
  }

  private boolean isAny(List<String> path) {
    return paths.stream()
        .anyMatch(
            one -> {
              int common = Math.min(one.size(), path.size());
              return one.subList(0, common).equals(path.subList(0, common));
            });
  }

  /** A document without repeated secrets; the same when there are none. */
  public ObjectNode hide(ObjectNode document) {
    ObjectNode shown = Redaction.of(document);
    return texts.isEmpty() ? shown : (ObjectNode) repeated(shown);
  }

  /** The manifest without its secrets. */
  public ObjectNode hideIn(ObjectNode manifest) {
    ObjectNode shown = ReviewMarks.without(manifest);
    for (List<String> path : paths) {
      shown = without(shown, path);
    }
    return hide(withoutChoices(shown));
  }

  /** Removes values from the schemas of secret inputs. */
  private static ObjectNode withoutChoices(ObjectNode manifest) {
    if (!(manifest.get(NamedInputs.MEMBER) instanceof ObjectNode inputs)) {
      return manifest;
    }
    ObjectNode shown = Json.object().setAll(inputs);
    for (var input : inputs.properties()) {
      if (isSecret(input.getValue()) && input.getValue() instanceof ObjectNode declared) {
        ObjectNode schema = (ObjectNode) declared.get(SCHEMA);
        ObjectNode bare = Json.object().setAll(declared);
        bare.set(SCHEMA, ReviewMarks.schema(schema, input.getKey(), true));
        shown.set(input.getKey(), bare);
      }
    }
    ObjectNode whole = Json.object().setAll(manifest);
    whole.set(NamedInputs.MEMBER, shown);
    return whole;
  }

  private static boolean isSecret(JsonNode input) {
    return input.get(SCHEMA) instanceof ObjectNode schema && schema.path("writeOnly").asBoolean();
  }

  /** The configuration without its secrets. */
  public ObjectNode hideInConfig(ObjectNode config) {
    ObjectNode shown = config;
    for (List<String> path : paths) {
      if (path.size() > CONFIG.size() && path.subList(0, CONFIG.size()).equals(CONFIG)) {
        shown = without(shown, path.subList(CONFIG.size(), path.size()));
      }
    }
    return hide(shown);
  }

  /** Details of a job without the secrets of its manifest. */
  public static ObjectNode hideInDetails(ObjectNode details) {
    if (!(details.path("job").get("manifest") instanceof ObjectNode manifest)) {
      return Redaction.of(details);
    }
    MarkedSecrets secrets = of(manifest);
    ObjectNode shown = Json.object().setAll(secrets.hide(details));
    ObjectNode job = Json.object().setAll((ObjectNode) shown.get("job"));
    shown.set("job", job);
    job.set("manifest", secrets.hideIn(manifest));
    return shown;
  }

  private static ObjectNode without(ObjectNode in, List<String> path) {
    JsonNode value = in.get(path.getFirst());
    if (value == null || value.isNull()) {
      return in;
    }
    ObjectNode changed = Json.object().setAll(in);
    if (path.size() == 1) {
      return changed.put(path.getFirst(), REDACTED);
    }
    return value instanceof ObjectNode object
        ? changed.set(path.getFirst(), without(object, path.subList(1, path.size())))
        : in;
  }

  private JsonNode repeated(JsonNode json) {
    return switch (json) {
      case ObjectNode object -> {
        ObjectNode shown = Json.object();
        object.properties().forEach(one -> shown.set(one.getKey(), repeated(one.getValue())));
        yield shown;
      }
      case ArrayNode list -> {
        ArrayNode shown = Json.MAPPER.createArrayNode();
        list.forEach(one -> shown.add(repeated(one)));
        yield shown;
      }
      case JsonNode text when text.isTextual() -> TextNode.valueOf(repeated.hide(text.textValue()));
      case JsonNode number when number.isNumber() && repeated.has(number) -> HIDDEN;
      default -> json;
    };
  }
}
