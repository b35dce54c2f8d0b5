package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A service that a job, an agent or a caller needs.
 *
 * @param name null when it is missing, which is an error of the caller
 * @param place where it is written, with dots: {@code required_services.0}
 * @param required whether a missing service is an error, not only a warning
 * @param where address of a service that is in no registry; else null
 * @param checks that are run in addition
 * @param problem error in its form, or null; null in an accepted manifest
 * @param warnings about ignored members, for the caller
 */
public record ServiceRequirement(
    String name,
    String place,
    List<String> tags,
    String node,
    boolean required,
    ServiceDefinition where,
    List<CheckDefinition> checks,
    String problem,
    List<String> warnings) {
  private static final int MOST = 100;

  private record Written(
      String name,
      List<String> tags,
      String node,
      JsonNode required,
      String origin,
      String address,
      String host,
      String url,
      List<JsonNode> checks) {
    boolean isElsewhere() {
      return address != null || host != null || url != null || "external".equals(origin);
    }
  }

  /**
   * @param json a name, or an object
   */
  public static ServiceRequirement of(JsonNode json, String place) {
    if (json.isTextual()) {
      return new ServiceRequirement(
          json.textValue(), place, List.of(), null, true, null, List.of(), null, List.of());
    }
    Written written = LenientJson.read(json, Written.class);
    return new ServiceRequirement(
        written.name,
        place,
        written.tags,
        written.node,
        written.required == null || written.required.asBoolean(true),
        written.isElsewhere() ? ServiceDefinition.of(json, null) : null,
        ServiceDefinition.checks(written.checks),
        null,
        List.of());
  }

  /** An unchecked requirement. */
  private static ServiceRequirement asked(JsonNode json, String place) {
    ServiceRequirement need = of(json, place);
    Findings findings =
        ServiceChecks.alone(
            need.name == null ? "requirement" : ManifestValue.shown(need.name), json);
    String wrong = findings.errors().stream().map(Issue::message).collect(Collectors.joining("; "));
    return new ServiceRequirement(
        need.name,
        place,
        need.tags,
        need.node,
        need.required,
        need.where,
        need.checks,
        wrong.isEmpty() ? null : wrong,
        findings.warnings());
  }

  /**
   * Parses a JSON list of requirements, or a single one; a blank text has none. Malformed
   * requirements are included, with their problem.
   *
   * @throws MnException MALFORMED when it is no JSON; INVALID when it is something else, or too
   *     long
   */
  public static List<ServiceRequirement> read(String text) {
    JsonNode json;
    try {
      json = text.isBlank() ? Json.object() : Json.parse(text);
    } catch (JsonProcessingException e) {
      throw MnException.malformed("body must be valid JSON: " + e.getOriginalMessage());
    }
    if (json.isObject() || json.isTextual()) {
      return text.isBlank() ? List.of() : List.of(asked(json, ""));
    }
    if (!json.isArray() || json.size() > MOST) {
      throw MnException.invalid(
          "services must be a list of %d requirements at most, or one of them".formatted(MOST));
    }
    return IntStream.range(0, json.size())
        .mapToObj(i -> asked(json.get(i), Integer.toString(i)))
        .toList();
  }

  /** For people: the name, and the required tags. */
  public String words() {
    String named = Objects.requireNonNullElse(name, "without a name");
    return tags.isEmpty() ? named : named + " with " + String.join(", ", tags);
  }
}
