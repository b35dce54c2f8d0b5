package io.mirrorneuron.runtime.manifest.steps;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph.Rule;
import io.mirrorneuron.runtime.workflow.StepGraph.Trigger;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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

  private static final Members JOIN =
      Members.closed("trigger_rule", "rule", "mode", "quorum", "min_success");

  private StepTriggers() {}

  /**
   * @param graph has the rule of all steps that name none
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
   * @param around the object in which the number for the rule is
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
