package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Scheduler.Plan;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.workflow.RestartPolicy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What a job's row tells of how failures are met: {@code reliability}, {@code restart_policy},
 * {@code reschedule_policy} and {@code policy_state}; {@code grpc.md} 5.2, {@code runtime.md} 4.4.
 */
final class Reliability {
  /** Rows stay small: agents in {@code policy_state}, and the last restarts of each. */
  private static final int SHOWN = 10;

  private static final int LONGEST_REASON = 200;

  private Reliability() {}

  static void writeTo(ObjectNode row, JobState state, Plan plan, String effective) {
    Workflow workflow = state.workflow();
    boolean isDegraded =
        workflow.recoveryMode() == Workflow.RecoveryMode.CLUSTER_RECOVER && plan.nodes().size() < 2;
    ObjectNode reliability = row.putObject("reliability");
    reliability.put("mode", plan.mode()).put("effective_recovery_policy", effective);
    reliability.put("degraded", isDegraded);
    reliability.put("reason", isDegraded ? "there is no second node to recover on" : null);
    plan.nodes().forEach(reliability.putArray("observed_nodes")::add);
    ObjectNode restart = policy(workflow.policies().restart());
    row.set(
        "restart_policy", restart.put("mode", word(workflow.policies().restart().whenExhausted())));
    RestartPolicy moves = workflow.policies().reschedule();
    row.set("reschedule_policy", policy(moves).put("unlimited", moves.unlimited()));
    ObjectNode agents = row.putObject("policy_state").putObject("agents");
    for (AgentState agent : state.agents()) {
      boolean wasRestarted = !agent.restarts().isEmpty() || agent.restarts().moves() > 0;
      if (wasRestarted && agents.size() < SHOWN) {
        agents.set(agent.id(), history(agent));
      }
    }
  }

  private static ObjectNode policy(RestartPolicy policy) {
    return Json.object()
        .put("attempts", policy.attempts())
        .put("interval_ms", policy.intervalMs())
        .put("delay_ms", policy.delayMs())
        .put("delay_function", word(policy.function()))
        .put("max_delay_ms", policy.maxDelayMs());
  }

  private static ObjectNode history(AgentState agent) {
    List<Long> restarts = agent.restarts().times();
    ObjectNode history = Json.object();
    restarts.stream()
        .skip(Math.max(0, restarts.size() - SHOWN))
        .map(at -> Json.timestamp(Instant.ofEpochMilli(at)))
        .forEach(history.putArray("restart_history")::add);
    history.put("restart_attempts", restarts.size());
    history.put("reschedule_attempts", agent.restarts().moves());
    long next = agent.mailbox().notBefore();
    history.put("next_eligible_at", next == 0 ? null : Json.timestamp(Instant.ofEpochMilli(next)));
    history.put("next_action", next == 0 ? null : "restart");
    history.put("last_reason", shortened(agent.lastError()));
    return history;
  }

  private static String shortened(String reason) {
    return reason == null || reason.length() <= LONGEST_REASON
        ? reason
        : reason.substring(0, LONGEST_REASON) + "…";
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
