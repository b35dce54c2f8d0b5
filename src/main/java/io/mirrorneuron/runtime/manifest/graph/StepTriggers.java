package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.graph.StepReader.DeclaredStep;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph.FailurePolicy;
import io.mirrorneuron.runtime.workflow.StepGraph.Rule;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.runtime.workflow.StepGraph.Trigger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

final class StepTriggers {
  private static final Map<String, Rule> RULES =
      Map.ofEntries(
          Map.entry("all_success", Rule.ALL_SUCCESS),
          Map.entry("all_required", Rule.ALL_SUCCESS),
          Map.entry("all_done", Rule.ALL_DONE),
          Map.entry("one_success", Rule.ONE_SUCCESS),
          Map.entry("any_success", Rule.ONE_SUCCESS),
          Map.entry("one_done", Rule.ONE_DONE),
          Map.entry("any_done", Rule.ONE_DONE),
          Map.entry("one_failed", Rule.ONE_FAILED),
          Map.entry("any_failed", Rule.ONE_FAILED),
          Map.entry("none_failed_min_one_success", Rule.NONE_FAILED_MIN_ONE_SUCCESS),
          Map.entry("partial_success", Rule.NONE_FAILED_MIN_ONE_SUCCESS),
          Map.entry("quorum_success", Rule.QUORUM_SUCCESS),
          Map.entry("quorum", Rule.QUORUM_SUCCESS),
          Map.entry("min_success", Rule.QUORUM_SUCCESS));

  private static final Members JOIN =
      Members.closed("trigger_rule", "rule", "mode", "quorum", "min_success");

  private static final int MOST_NAMED = 10;

  private StepTriggers() {}

  /**
   * @param graph has the default rule of its steps
   */
  static Trigger read(DeclaredStep step, ManifestValue graph) {
    ManifestValue join = step.place().at("join");
    join.check(Shape.OBJECT);
    join.checkMembers(JOIN);
    return in(step.place(), "trigger_rule")
        .or(() -> in(step.control(), "trigger_rule"))
        .or(() -> in(join, "trigger_rule", "rule", "mode"))
        .or(() -> in(graph, "join_default"))
        .orElse(new Trigger(Rule.ALL_SUCCESS, 0));
  }

  /**
   * Reports a step that waits for a failure which ends the job before the step could start.
   *
   * @param steps all by their ids
   */
  static void checkStart(ManifestValue place, Step step, Map<String, Step> steps) {
    List<String> parents = step.incoming().stream().map(StepEdge::from).distinct().toList();
    boolean isHopeless =
        step.trigger().rule() == Rule.ONE_FAILED
            && !parents.isEmpty()
            && parents.stream().map(steps::get).allMatch(StepTriggers::endsTheJob);
    if (isHopeless) {
      place.warn(
          "step %s can never start: it waits until a step before it has failed (one_failed), and the job fails as soon as one of %s does; let them have control: {failure_policy: continue}"
              .formatted(
                  place.name(),
                  parents.stream()
                      .limit(MOST_NAMED)
                      .map(ManifestValue::shown)
                      .collect(Collectors.joining(", "))));
    }
  }

  private static boolean endsTheJob(Step parent) {
    return parent != null
        && parent.required()
        && parent.failurePolicy() == FailurePolicy.FAIL_WORKFLOW;
  }

  /** The rule is a word, or an object with the word in it. */
  private static Optional<Trigger> in(ManifestValue around, String... names) {
    ManifestValue given = around.find(names);
    if (given.isAbsent()) {
      return Optional.empty();
    }
    return Optional.of(
        given.value().isObject() ? trigger(given.at("rule"), given) : trigger(given, around));
  }

  /**
   * @param around the object with the number for the rule
   */
  private static Trigger trigger(ManifestValue word, ManifestValue around) {
    Rule rule = RULES.get(word.asText().trim().toLowerCase(Locale.ROOT));
    if (rule == null) {
      String known = word.name().equals("mode") ? "all_required or min_success" : "a trigger rule";
      word.error(
          ManifestProblem.UNSUPPORTED,
          "%s must be %s: %s%s"
              .formatted(
                  word.label(),
                  known,
                  word.shown(),
                  new NearNames(RULES.keySet()).hint(word.asText())));
      return new Trigger(Rule.ALL_SUCCESS, 0);
    }
    if (rule != Rule.QUORUM_SUCCESS) {
      return new Trigger(rule, 0);
    }
    ManifestValue quorum =
        word.asText().contains("min")
            ? around.find("min_success", "quorum")
            : around.find("quorum", "min_success");
    return new Trigger(rule, quorum.checkRequired(Shape.POSITIVE) ? quorum.value().intValue() : 1);
  }
}
