package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.PromptText;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.HumanTask;
import io.mirrorneuron.runtime.workflow.HumanTask.Follow;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reads what a human step, or an agent of type human, asks people; reports what does not fit. */
final class HumanConfig {
  private static final Set<String> WORDS = Set.of("complete", "fail");

  /** What is asked in the words of {@code human.jsonl}. */
  private static final List<String> ASKED =
      List.of(
          "title",
          "form",
          "default",
          "approvals_required",
          "four_eyes",
          "assignees",
          "escalate_to");

  private static final Members MEMBERS =
      Members.closed("default", "metadata")
          .with(Shape.NAME, "prompt", "title")
          .with(Shape.OBJECT, "form", "decisions")
          .with(Shape.NAMES, "assignees", "escalate_to")
          .with(Shape.POSITIVE, "approvals_required")
          .with(Shape.BOOLEAN, "four_eyes", "complete_run", "terminal_sink")
          .with(null, "timeout_seconds")
          .with(Shape.NAME, "output_message_type");

  private final ManifestValue place;

  private HumanConfig(ManifestValue place) {
    this.place = place;
  }

  /**
   * @param place the node's {@code config}, or the step's {@code human}
   */
  static HumanTask read(ManifestValue place) {
    return new HumanConfig(place).read();
  }

  private ManifestValue at(String member) {
    return place.at(member);
  }

  private HumanTask read() {
    if (!place.checkRequired(Shape.OBJECT)) {
      return null;
    }
    place.checkMembers(MEMBERS);
    at("prompt").checkRequired(Shape.NAME);
    Map<String, Follow> decisions = decisions();
    ObjectNode question = Json.object();
    ASKED.stream()
        .filter(name -> !at(name).isAbsent())
        .forEach(name -> question.set(name, stripped(name)));
    ArrayNode allowed = question.putArray("allowed_decisions");
    decisions.keySet().forEach(allowed::add);
    double seconds = at("timeout_seconds").value().asDouble(0);
    new HumanChecks(place, decisions).check(question);
    return new HumanTask(
        question, PromptText.compile(at("prompt")), Math.round(seconds * 1000), decisions);
  }

  /** The value; names of people without the space around them, as those who answer have none. */
  private JsonNode stripped(String name) {
    JsonNode value = at(name).value();
    boolean areNames = HumanChecks.PEOPLE.contains(name) && Shape.NAMES.fits(value);
    if (!areNames) {
      return value;
    }
    ArrayNode names = Json.MAPPER.createArrayNode();
    value.forEach(one -> names.add(one.textValue().strip()));
    return names;
  }

  private Map<String, Follow> decisions() {
    ManifestValue given = at("decisions");
    Map<String, Follow> decisions = new LinkedHashMap<>();
    if (given.isAbsent()) {
      decisions.put("approve", new Follow.Complete());
      decisions.put("reject", new Follow.Fail());
      return decisions;
    }
    if (given.value().isObject() && given.value().isEmpty()) {
      given.error(ManifestProblem.REQUIRED, given.label() + " must name a decision");
    }
    given
        .value()
        .properties()
        .forEach(one -> decisions.put(one.getKey(), follow(given.at(one.getKey()))));
    decisions.keySet().forEach(one -> checkWord(given, one));
    return decisions;
  }

  /** Nobody could type another one, or see which it is. */
  private static void checkWord(ManifestValue decisions, String word) {
    if (word.isBlank()
        || !word.equals(word.strip())
        || word.codePoints().anyMatch(Character::isISOControl)) {
      decisions.refuse(
          ManifestProblem.SHAPE,
          "%s has the decision \"%s\": the name of a decision is not empty, and has no control characters and no space around it"
              .formatted(decisions.label(), ManifestValue.shown(word)));
    }
  }

  private static Follow follow(ManifestValue given) {
    JsonNode value = given.value();
    if ("complete".equals(value.textValue())) {
      return new Follow.Complete();
    }
    if ("fail".equals(value.textValue())) {
      return new Follow.Fail();
    }
    JsonNode named = value.path("branch");
    List<String> steps =
        Stream.concat(Stream.of(named), Json.elements(named))
            .filter(JsonNode::isTextual)
            .map(JsonNode::textValue)
            .toList();
    boolean areTexts = !steps.isEmpty() && (named.isTextual() || steps.size() == named.size());
    if (value.size() == 1 && areTexts) {
      return new Follow.Branch(steps);
    }
    String meant =
        value.isTextual()
            ? NearestMatch.of(value.textValue(), WORDS)
                .map("; did you mean %s?"::formatted)
                .orElse("")
            : "";
    given.error(
        ManifestProblem.UNSUPPORTED,
        "%s must be complete, fail or {\"branch\": step or list of steps}: %s%s"
            .formatted(given.label(), given.shown(), meant));
    return new Follow.Complete();
  }
}
