package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.RestartPolicy.DelayFunction;
import io.mirrorneuron.runtime.manifest.RestartPolicy.WhenExhausted;
import io.mirrorneuron.runtime.manifest.Workflow.AgentPolicies;
import io.mirrorneuron.runtime.manifest.Workflow.JobType;
import io.mirrorneuron.runtime.manifest.Workflow.RecoveryMode;
import java.util.Locale;
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

  /**
   * What holds for one agent: its own word, else the workflow's, else what is usual for the type of
   * job.
   */
  static AgentPolicies of(JsonNode workflow, JsonNode node, JobType jobType, RecoveryMode mode) {
    boolean restarts = mode != RecoveryMode.MANUAL_RECOVER;
    boolean moves = mode == RecoveryMode.CLUSTER_RECOVER;
    boolean lasting = jobType == JobType.SERVICE || jobType == JobType.SYSTEM;
    RestartPolicy restart = restarts ? restartDefault(lasting, moves) : OFF;
    JsonNode most = workflow.path("max_agent_restart_attempts");
    if (most.canConvertToInt() && most.isNumber()) {
      restart = withAttempts(restart, most.intValue());
    }
    restart = overlay(overlay(restart, workflow.path("restart")), node.path("restart"));
    RestartPolicy reschedule = moves ? rescheduleDefault(lasting) : OFF;
    reschedule = overlay(overlay(reschedule, workflow.path("reschedule")), node.path("reschedule"));
    return new AgentPolicies(
        restart,
        reschedule,
        backpressure(workflow.path("backpressure"), node.path("backpressure")));
  }

  private static final long DAY_MS = 24 * 3600 * 1000L;
  private static final RestartPolicy OFF =
      new RestartPolicy(0, false, DAY_MS, 0, DelayFunction.CONSTANT, 0, WhenExhausted.FAIL);

  private static RestartPolicy restartDefault(boolean lasting, boolean moves) {
    WhenExhausted mode = lasting && !moves ? WhenExhausted.DELAY : WhenExhausted.FAIL;
    long window = lasting ? 600_000 : DAY_MS;
    return new RestartPolicy(3, false, window, 1000, DelayFunction.EXPONENTIAL, 30_000, mode);
  }

  private static RestartPolicy rescheduleDefault(boolean lasting) {
    return lasting
        ? new RestartPolicy(
            0, true, DAY_MS, 5000, DelayFunction.EXPONENTIAL, 300_000, WhenExhausted.FAIL)
        : new RestartPolicy(
            1, false, DAY_MS, 5000, DelayFunction.CONSTANT, 5000, WhenExhausted.FAIL);
  }

  private static RestartPolicy withAttempts(RestartPolicy base, int attempts) {
    return new RestartPolicy(
        attempts,
        base.unlimited(),
        base.intervalMs(),
        base.delayMs(),
        base.function(),
        base.maxDelayMs(),
        base.whenExhausted());
  }

  private static RestartPolicy overlay(RestartPolicy base, JsonNode given) {
    long delay = given.path("delay_ms").asLong(base.delayMs());
    return new RestartPolicy(
        given.path("attempts").asInt(base.attempts()),
        given.path("unlimited").asBoolean(base.unlimited()),
        given.path("interval_ms").asLong(base.intervalMs()),
        delay,
        word(given.path("delay_function"), DelayFunction.class, base.function()),
        Math.max(delay, given.path("max_delay_ms").asLong(base.maxDelayMs())),
        word(given.path("mode"), WhenExhausted.class, base.whenExhausted()));
  }

  private static <E extends Enum<E>> E word(JsonNode given, Class<E> words, E byDefault) {
    for (E word : words.getEnumConstants()) {
      if (word.name().toLowerCase(Locale.ROOT).equals(given.asText())) {
        return word;
      }
    }
    return byDefault;
  }

  private static Backpressure backpressure(JsonNode workflow, JsonNode node) {
    Backpressure base = Backpressure.DEFAULT;
    for (JsonNode given : new JsonNode[] {workflow, node}) {
      int depth = Math.max(1, given.path("max_queue_depth").asInt(base.maxQueueDepth()));
      int high = given.path("high_watermark").asInt(Math.min(depth, base.highWatermark()));
      int low = given.path("low_watermark").asInt(Math.min(high, base.lowWatermark()));
      base =
          new Backpressure(
              depth,
              Math.min(depth, high),
              Math.min(high, low),
              given.path("retry_after_ms").asInt(base.retryAfterMs()));
    }
    return base;
  }
}
