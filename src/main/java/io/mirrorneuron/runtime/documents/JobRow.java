package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Scheduler;
import io.mirrorneuron.runtime.port.Scheduler.Plan;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.RestartHistory;
import io.mirrorneuron.runtime.state.Targets;
import io.mirrorneuron.runtime.workflow.RestartPolicy;
import io.mirrorneuron.runtime.workflow.RestartPolicy.RecoveryStrategy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The job's line in lists of jobs. */
public final class JobRow {
  private final Scheduler scheduler;

  public JobRow(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Written with every commit, so it also announces the commit. */
  public String of(JobState state, long now) {
    return Json.write(json(state, now));
  }

  private ObjectNode json(JobState state, long now) {
    Workflow workflow = state.workflow();
    Plan plan = scheduler.plan(workflow);
    ObjectNode row = Json.object();
    row.put("job_id", state.jobId()).put("graph_id", workflow.graphId());
    row.put("job_name", workflow.jobName()).put("status", state.status().word());
    row.put("job_type", word(workflow.jobType())).put("run_id", state.header().origin().runId());
    row.put("trace_id", state.header().traceId());
    row.put("live?", !state.status().isTerminal());
    row.put("submitted_at", time(state.header().origin().submittedAt()))
        .put("updated_at", time(now));
    state.header().subjects().writeTo(row);
    row.put("placement_policy", plan.policy());
    row.set("scheduler", scheduled(state, plan));
    Reliability.writeTo(row, state, plan);
    JsonNode recovery = state.header().recovery();
    row.set("recovery_status", recovery == null ? null : recovery.get("status"));
    row.put("recovery_requires_review", recovery != null);
    row.set("recovery_reason", recovery == null ? null : recovery.get("reason"));
    row.put("executor_count", state.definition().executorCount())
        .put("active_executors", state.schedule().flying());
    nodes(state, plan).forEach(row.putArray("nodes")::add);
    row.putArray("sandbox_names");
    row.put("last_event", state.counters().lastEvent());
    row.put("event_seq", state.counters().events());
    if (state.header().failure() != null) {
      // The web UI drops the whole list for a null here.
      row.set("failure", state.header().failure());
    }
    return row;
  }

  /**
   * The record of a job's move to this node.
   *
   * @param from the former node
   * @param isGiven whether that node lives and has released it
   */
  public ObjectNode replanned(JobState state, String from, boolean isGiven) {
    String reason =
        isGiven
            ? "the node that had the job is drained or stopping, and gave it to this one"
            : "the node that had the job is gone";
    ObjectNode members = Json.object().put("reason", reason);
    members.putArray("excluded_nodes").add(from);
    return members.set("scheduler", scheduled(state, scheduler.plan(state.workflow())));
  }

  /** For a job with copies, the nodes that run them. */
  private static List<String> nodes(JobState state, Plan plan) {
    Targets targets = state.header().origin().targets();
    return targets.isNone() ? plan.nodes() : targets.present();
  }

  private static ObjectNode scheduled(JobState state, Plan plan) {
    Workflow workflow = state.workflow();
    ObjectNode json = Json.object();
    json.put("status", "planned").put("job_type", word(workflow.jobType()));
    json.put("strategy", plan.strategy()).put("mode", plan.mode());
    json.put("placement_count", plan.placements());
    nodes(state, plan).forEach(json.putArray("nodes")::add);
    if (workflow.isSystem()) {
      nodes(state, plan).forEach(json.putArray("system_targets")::add);
    }
    return json;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String time(long millis) {
    return millis == 0 ? null : Json.timestamp(Instant.ofEpochMilli(millis));
  }

  /**
   * Failure handling in a job's row: {@code reliability}, {@code restart_policy}, {@code
   * reschedule_policy} and {@code policy_state}; {@code grpc.md} 5.2, {@code runtime.md} 4.4.
   */
  private static final class Reliability {
    /** Limit of agents in {@code policy_state}, and of restarts of each, to keep rows small. */
    private static final int SHOWN = 10;

    private static final int LONGEST_REASON = 200;

    private Reliability() {}

    static void writeTo(ObjectNode row, JobState state, Plan plan) {
      Workflow workflow = state.workflow();
      RecoveryStrategy strategy =
          RecoveryStrategy.of(workflow, state.header().origin().moves(), plan.nodes());
      row.put("requested_recovery_policy", strategy.requestedRecoveryPolicy());
      row.put("recovery_policy", strategy.effectiveRecoveryPolicy());
      ObjectNode reliability = row.putObject("reliability");
      reliability
          .put("mode", strategy.mode())
          .put("effective_recovery_policy", strategy.effectiveRecoveryPolicy())
          .put("degraded", strategy.degraded())
          .put("reason", strategy.reason());
      strategy.observedNodes().forEach(reliability.putArray("observed_nodes")::add);
      ObjectNode restart = policy(workflow.policies().restart());
      row.set(
          "restart_policy",
          restart.put("mode", word(workflow.policies().restart().whenExhausted())));
      RestartPolicy moves = workflow.policies().reschedule();
      row.set("reschedule_policy", policy(moves).put("unlimited", moves.unlimited()));
      ObjectNode policies = row.putObject("policy_state");
      ObjectNode agents = policies.putObject("agents");
      long changed = 0;
      for (AgentState agent : state.agents()) {
        changed = Math.max(changed, agent.restarts().changedAt());
        if (!agent.restarts().isBlank() && agents.size() < SHOWN) {
          agents.set(agent.id(), history(agent, state.header().recovery()));
        }
      }
      if (changed > 0) {
        policies.put("updated_at", time(changed));
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

    /**
     * @param recovery why the job waits for a person, or null
     */
    private static ObjectNode history(AgentState agent, ObjectNode recovery) {
      RestartHistory known = agent.restarts();
      List<Long> restarts = known.times();
      ObjectNode history = Json.object();
      put(history.putArray("restart_history"), restarts);
      put(history.putArray("reschedule_history"), known.movedAt());
      history.put("restart_attempts", restarts.size());
      history.put("reschedule_attempts", agent.restarts().moves());
      long next = agent.mailbox().notBefore();
      history.put("next_eligible_at", next == 0 ? null : time(next));
      history.put("next_action", next == 0 ? null : nextAction(known));
      history.put("last_reason", shortened(agent.lastError()));
      history.put("exhausted_reason", shortened(known.exhausted()));
      history.put("last_success_at", known.lastSuccess(agent.lastProgram(), agent.lastError()));
      String review = recovery == null ? "" : recovery.path("reason").asText();
      return history.put("requires_review", review.equals(known.exhausted()));
    }

    private static String nextAction(RestartHistory known) {
      return known.isEmpty() && known.moves() > 0 ? "reschedule" : "restart";
    }

    /** The last of these times. */
    private static void put(ArrayNode list, List<Long> times) {
      times.stream()
          .skip(Math.max(0, times.size() - SHOWN))
          .map(Reliability::time)
          .forEach(list::add);
    }

    private static String time(long at) {
      return Json.timestamp(Instant.ofEpochMilli(at));
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
}
