package io.mirrorneuron.runtime.manifest;

import java.util.Map;
import java.util.Set;

/** Shapes of {@code policies}, of the whole job and of one node. */
final class Policies {
  private static final Map<String, Shape> MEMBERS =
      Map.of(
          "backpressure", Shape.OBJECT,
          "max_agent_restart_attempts", Shape.COUNT,
          "placement_policy", Shape.STRING,
          "reschedule", Shape.OBJECT,
          "restart", Shape.OBJECT,
          "scheduler", Shape.OBJECT,
          "update", Shape.OBJECT);
  private static final Map<String, Shape> RETRY =
      Map.of(
          "attempts", Shape.COUNT,
          "interval_ms", Shape.MILLIS,
          "delay_ms", Shape.MILLIS,
          "max_delay_ms", Shape.MILLIS,
          "unlimited", Shape.BOOLEAN);
  private static final Map<String, Shape> BACKPRESSURE =
      Map.of(
          "max_queue_depth", Shape.COUNT,
          "high_watermark", Shape.COUNT,
          "low_watermark", Shape.COUNT,
          "retry_after_ms", Shape.MILLIS);

  private Policies() {}

  static void check(Place policies) {
    if (policies.isAbsent()) {
      return;
    }
    policies.members(MEMBERS);
    checkRetry(policies.at("restart"));
    policies.at("restart").at("mode").oneOf(Set.of("fail", "delay"));
    checkRetry(policies.at("reschedule"));
    checkBackpressure(policies.at("backpressure"));
    Set<String> strategies = Set.of("binpack", "spread");
    policies.at("scheduler_strategy").oneOf(strategies);
    policies.at("scheduler").at("strategy").oneOf(strategies);
  }

  static void checkBackpressure(Place backpressure) {
    backpressure.members(BACKPRESSURE);
  }

  private static void checkRetry(Place retry) {
    retry.members(RETRY);
    retry.at("delay_function").oneOf(Set.of("constant", "exponential", "fibonacci"));
  }
}
