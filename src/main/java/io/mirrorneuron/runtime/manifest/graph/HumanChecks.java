package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.Answer;
import io.mirrorneuron.human.FormCheck;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.Question;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask.Follow;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.SchemaCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Checks that the parts of a question fit together, so that people can answer it. */
final class HumanChecks {
  /** The members that name people. */
  static final Set<String> PEOPLE = Set.of("assignees", "escalate_to");

  /** Ten years, as for the questions of programs. */
  private static final double MAX_SECONDS = 315_360_000;

  private static final int MAX_CHARS = 32 << 10;
  private static final String DECISION = "decision";

  private final ManifestValue place;
  private final Map<String, Follow> decisions;

  HumanChecks(ManifestValue place, Map<String, Follow> decisions) {
    this.place = place;
    this.decisions = decisions;
  }

  private ManifestValue at(String member) {
    return place.at(member);
  }

  void check(ObjectNode payload) {
    Question question =
        Question.of(
            HumanRecord.of(
                Json.object().put("type", "human_input_requested").set("payload", payload)));
    if (Json.write(payload).length() > MAX_CHARS) {
      place.error(
          ManifestProblem.LIMIT,
          "%s has more than %d characters beside its prompt".formatted(place.label(), MAX_CHARS));
    }
    checkPeople(question);
    boolean formFits = question.form() == null || fits(question);
    checkTime();
    if (payload.has("default")) {
      checkDefault(question, formFits);
    }
  }

  // ---- the form

  private boolean fits(Question question) {
    ManifestValue form = at("form");
    var other = FormCheck.otherType(question);
    if (other.isPresent()) {
      form.refuse(
          ManifestProblem.SHAPE,
          "%s must be a schema of an object, as an answer is one; its type is %s"
              .formatted(form.label(), other.get()));
      return false;
    }
    var fault = FormCheck.fault(question);
    fault.ifPresent(
        why -> form.error(ManifestProblem.SHAPE, form.label() + " is no JSON Schema: " + why));
    if (fault.isEmpty()) {
      SchemaCheck.complaint(question.form())
          .ifPresent(why -> form.refuse(ManifestProblem.SHAPE, form.label() + ": " + why));
      checkOwnWord(form);
    }
    return fault.isEmpty();
  }

  /**
   * Each answer has a decision beside the fields; a form with a field of that name would refuse
   * every answer.
   */
  private void checkOwnWord(ManifestValue form) {
    ManifestValue declared = form.find("properties." + DECISION);
    boolean isRequired =
        Json.elements(form.find("required").value())
            .anyMatch(name -> DECISION.equals(name.textValue()));
    boolean isRefused =
        declared.value() instanceof ObjectNode schema
            && decisions.keySet().stream()
                .anyMatch(
                    word ->
                        !SchemaCheck.of(schema)
                            .faults(Json.MAPPER.valueToTree(word), List.of())
                            .isEmpty());
    if (isRefused || isRequired && declared.isAbsent()) {
      (isRefused ? declared : form.find("required"))
          .refuse(
              ManifestProblem.CONFLICT,
              "%s: decision is no field of a form: it is what a person decides, one of %s, and each answer has it; leave it out"
                  .formatted(form.label(), String.join(", ", shownDecisions())));
    }
  }

  private List<String> shownDecisions() {
    return decisions.keySet().stream().map(ManifestValue::shown).toList();
  }

  // ---- people and time

  private void checkPeople(Question question) {
    int needed = question.approvalsRequired();
    ManifestValue said = place.find("approvals_required", "four_eyes");
    if (needed > 1 && !decisions.containsKey("approve")) {
      said.error(
          ManifestProblem.CONFLICT,
          said.label() + " counts the decision approve, which decisions does not have");
    }
    for (String list : List.of("assignees", "escalate_to")) {
      ManifestValue names = at(list);
      if (!names.value().isArray()) {
        continue;
      }
      int people = people(names);
      String reported =
          "%s must name %d people, as so many must approve, and names %d"
              .formatted(names.label(), needed, people);
      if (written(names) < needed) {
        names.error(ManifestProblem.CONFLICT, reported);
      } else if (people < needed) {
        names.refuse(ManifestProblem.CONFLICT, reported);
      }
    }
  }

  /** The number of names as written, with repetitions. */
  private static long written(ManifestValue names) {
    return Json.elements(names.value())
        .map(name -> name.asText().toLowerCase(Locale.ROOT))
        .distinct()
        .count();
  }

  /** The number of different people. */
  private static int people(ManifestValue names) {
    List<Person> people = new ArrayList<>();
    for (JsonNode name : names.value()) {
      String text = name.asText();
      if (people.stream().noneMatch(one -> one.is(text))) {
        people.add(new Person(text, false));
      }
    }
    return people.size();
  }

  private void checkTime() {
    ManifestValue timeout = at("timeout_seconds");
    double seconds = timeout.value().asDouble(0);
    if (!timeout.isAbsent()
        && (!timeout.value().isNumber() || seconds < 0.001 || seconds > MAX_SECONDS)) {
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

  // ---- the default

  private void checkDefault(Question question, boolean formFits) {
    ManifestValue given = at("default");
    JsonNode value = given.value();
    String decision = given.value().isObject() ? given.at(DECISION).text() : given.text();
    if (decision == null || !question.allowedDecisions().contains(decision)) {
      given.mustBe("a decision or an object with one, of: " + String.join(", ", shownDecisions()));
    } else if (formFits) {
      Answer.of("default", question.defaultAnswer(), Person.DEFAULT).faults(question).stream()
          .limit(1)
          .forEach(
              fault ->
                  given.error(
                      value.isObject() ? ManifestProblem.SHAPE : ManifestProblem.REQUIRED,
                      "%s does not fit the form: %s%s"
                          .formatted(
                              given.label(),
                              shown(fault),
                              value.isObject()
                                  ? ""
                                  : "; write it as an object with the fields: {decision: %s, …}"
                                      .formatted(ManifestValue.shown(decision)))));
    }
  }

  private static String shown(Fault fault) {
    return Stream.concat(fault.loc().stream().skip(1).map(String::valueOf), Stream.of(fault.msg()))
        .reduce((a, b) -> a + " " + b)
        .orElse("");
  }
}
