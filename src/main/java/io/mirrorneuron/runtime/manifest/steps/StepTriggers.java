package io.mirrorneuron.runtime.manifest.steps;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph.Rule;
import io.mirrorneuron.runtime.workflow.StepGraph.Trigger;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads when a step may start. */
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

  /** A rule that an author may have written, and the object that a number for it may stand in. */
  private record Source(ManifestValue rule, ManifestValue around) {}

  private StepTriggers() {}

  /**
   * @param graph has the rule of all steps that name none
   */
  static Trigger read(ManifestValue step, ManifestValue graph) {
    ManifestValue control = step.at("control");
    ManifestValue join = step.at("join");
    join.is(Shape.OBJECT);
    return List.of(
            new Source(step.at("trigger_rule"), step),
            new Source(control.at("trigger_rule"), control),
            new Source(join.at("trigger_rule"), join),
            new Source(join.at("rule"), join),
            new Source(join.at("mode"), join),
            new Source(graph.at("join_default"), graph))
        .stream()
        .filter(source -> !source.rule.isAbsent())
        .findFirst()
        .map(StepTriggers::trigger)
        .orElse(new Trigger(Rule.ALL_SUCCESS, 0));
  }

  private static Trigger trigger(Source source) {
    boolean isObject = source.rule.value().isObject();
    ManifestValue word = isObject ? source.rule.at("rule") : source.rule;
    Rule rule = RULES.get(word.value().asText().trim().toLowerCase(Locale.ROOT));
    if (rule == null) {
      String known = word.name().equals("mode") ? "all_required or min_success" : "a trigger rule";
      word.error(
          ManifestProblem.UNSUPPORTED,
          "%s must be %s: %s".formatted(word.label(), known, word.shown()));
      return new Trigger(Rule.ALL_SUCCESS, 0);
    }
    if (rule != Rule.QUORUM_SUCCESS) {
      return new Trigger(rule, 0);
    }
    ManifestValue around = isObject ? source.rule : source.around;
    ManifestValue quorum =
        word.value().asText().contains("min")
            ? around.atAny("min_success", "quorum")
            : around.atAny("quorum", "min_success");
    return new Trigger(rule, quorum.isRequired(Shape.POSITIVE) ? quorum.value().intValue() : 1);
  }
}
