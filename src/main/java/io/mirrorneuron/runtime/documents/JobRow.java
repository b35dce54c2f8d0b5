package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Scheduler;
import io.mirrorneuron.runtime.port.Scheduler.Plan;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Targets;
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

  /** Written with every commit, so that it also tells that one happened. */
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
   * What is told of a job that has come here.
   *
   * @param from the node that had it
   * @param isGiven whether that node lives and has let go of it
   */
  public ObjectNode replanned(JobState state, String from, boolean isGiven) {
    String reason =
        isGiven
            ? "the node that had the job is drained or told to end, and gave it to this one"
            : "the node that had the job is gone";
    ObjectNode members = Json.object().put("reason", reason);
    members.putArray("excluded_nodes").add(from);
    return members.set("scheduler", scheduled(state, scheduler.plan(state.workflow())));
  }

  /** Of a job that runs copies the nodes that run them. */
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
}
