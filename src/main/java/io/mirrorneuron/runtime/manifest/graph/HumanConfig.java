package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.human.Answer;
import io.mirrorneuron.human.FormCheck;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.Question;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.PromptText;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.HumanTask;
import io.mirrorneuron.runtime.workflow.HumanTask.Follow;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reads what a human step, or an agent of type human, asks people; reports what does not fit. */
final class HumanConfig {
  /** Ten years, as for the questions of programs. */
  private static final double MAX_SECONDS = 315_360_000;

  private static final int MAX_CHARS = 32 << 10;
  private static final Set<String> WORDS = Set.of("complete", "fail");

  /** What is asked in the words of {@code human.jsonl}. */
  private static final List<String> ASKED =
      List.of("title", "form", "default", "approvals_required", "four_eyes", "assignees");

  private static final Members MEMBERS =
      Members.closed("default", "metadata")
          .with(Shape.NAME, "prompt", "title")
          .with(Shape.OBJECT, "form", "decisions")
          .with(Shape.NAMES, "assignees", "escalate_to")
          .with(Shape.POSITIVE, "approvals_required")
          .with(Shape.BOOLEAN, "four_eyes", "complete_run", "terminal_sink")
          .with(Shape.SECONDS, "timeout_seconds")
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
        .forEach(name -> question.set(name, at(name).value()));
    if (!at("escalate_to").isAbsent()) {
      question.set("escalate_to", at("escalate_to").value());
    }
    ArrayNode allowed = question.putArray("allowed_decisions");
    decisions.keySet().forEach(allowed::add);
    double seconds = at("timeout_seconds").value().asDouble(0);
    check(question, decisions, seconds);
    return new HumanTask(
        question, PromptText.compile(at("prompt")), Math.round(seconds * 1000), decisions);
  }

  // ---- decisions

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
    return decisions;
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

  // ---- what must fit together

  private void check(ObjectNode payload, Map<String, Follow> decisions, double seconds) {
    Question question =
        Question.of(
            HumanRecord.of(
                Json.object().put("type", "human_input_requested").set("payload", payload)));
    if (Json.write(payload).length() > MAX_CHARS) {
      place.error(
          ManifestProblem.LIMIT,
          "%s has more than %d characters beside its prompt".formatted(place.label(), MAX_CHARS));
    }
    checkPeople(question, decisions);
    boolean formFits = question.form() == null || fits(question);
    checkTime(seconds);
    if (payload.has("default")) {
      checkDefault(question, formFits);
    }
  }

  private boolean fits(Question question) {
    var fault = FormCheck.fault(question);
    fault.ifPresent(
        why ->
            at("form")
                .error(ManifestProblem.SHAPE, at("form").label() + " is no JSON Schema: " + why));
    return fault.isEmpty();
  }

  private void checkPeople(Question question, Map<String, Follow> decisions) {
    int needed = question.approvalsRequired();
    ManifestValue said = place.find("approvals_required", "four_eyes");
    if (needed > 1 && !decisions.containsKey("approve")) {
      said.error(
          ManifestProblem.CONFLICT,
          said.label() + " counts the decision approve, which decisions does not have");
    }
    for (String list : List.of("assignees", "escalate_to")) {
      ManifestValue names = at(list);
      long people =
          Json.elements(names.value())
              .map(one -> one.asText().toLowerCase(java.util.Locale.ROOT))
              .distinct()
              .count();
      if (!names.isAbsent() && names.value().isArray() && people < needed) {
        names.error(
            ManifestProblem.CONFLICT,
            "%s must name %d people, as so many must approve, and names %d"
                .formatted(names.label(), needed, people));
      }
    }
  }

  private void checkTime(double seconds) {
    ManifestValue timeout = at("timeout_seconds");
    boolean isNumber = timeout.value().isNumber();
    if (isNumber && (seconds < 0.001 || seconds > MAX_SECONDS)) {
      timeout.error(
          ManifestProblem.SHAPE,
          "%s must be a number of seconds above 0 and up to %.0f (ten years)"
              .formatted(timeout.label(), MAX_SECONDS));
    }
    for (String needsTime : List.of("default", "escalate_to")) {
      if (!at(needsTime).isAbsent() && timeout.isAbsent()) {
        at(needsTime)
            .error(
                ManifestProblem.REQUIRED,
                "%s counts when time is over, so timeout_seconds is required"
                    .formatted(at(needsTime).label()));
      }
    }
  }

  private void checkDefault(Question question, boolean formFits) {
    ManifestValue given = at("default");
    JsonNode value = given.value();
    String decision = (value.isObject() ? value.path("decision") : value).textValue();
    if (decision == null || !question.allowedDecisions().contains(decision)) {
      given.error(
          ManifestProblem.REFERENCE,
          "%s must be a decision or an object with one, of: %s"
              .formatted(given.label(), String.join(", ", question.allowedDecisions())));
    } else if (formFits) {
      List<Fault> faults =
          Answer.of("default", question.defaultAnswer(), Person.DEFAULT).faults(question);
      faults.stream()
          .limit(1)
          .forEach(
              fault ->
                  given.error(
                      ManifestProblem.CONFLICT,
                      "%s does not fit the form: %s".formatted(given.label(), shown(fault))));
    }
  }

  private static String shown(Fault fault) {
    return Stream.concat(fault.loc().stream().skip(1).map(String::valueOf), Stream.of(fault.msg()))
        .reduce((a, b) -> a + " " + b)
        .orElse("");
  }
}
