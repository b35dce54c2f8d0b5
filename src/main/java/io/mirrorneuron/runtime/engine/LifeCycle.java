package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.Workflow.AgentType;
import io.mirrorneuron.runtime.manifest.Workflow.JobType;
import io.mirrorneuron.wire.Json;

/** How a job comes to an end: by completion, by quiescence, by failure, by cancellation. */
final class LifeCycle {
  private final JobState state;
  private final Turn turn;

  LifeCycle(JobState state, Turn turn) {
    this.state = state;
    this.turn = turn;
  }

  /** An agent says that the job is done; a service goes on. */
  void complete(String agentId, JsonNode output) {
    if (state.status().isTerminal() || state.status() == JobStatus.CANCELLING) {
      turn.agentEvent(
          "workflow_completion_ignored",
          agentId,
          Json.object().put("reason", "job is " + state.status().word()));
      return;
    }
    ObjectNode result = Json.object();
    result.put("agent_id", agentId);
    result.set("output", output);
    if (isService()) {
      ObjectNode members = Json.object();
      members.set("result", result);
      turn.record("service_agent_completed", agentId, null, members);
      return;
    }
    finish(JobStatus.COMPLETED, result);
    ObjectNode members = Json.object();
    members.put("agent_id", agentId);
    members.set("result", result);
    turn.event("job_completed", members);
  }

  void fail(Failure failure) {
    String where = failure.agentId() == null ? "job" : failure.agentId();
    ObjectNode error =
        failure.toJson(
            turn.timestamp(), "evt_" + Message.deriveId(state.jobId, where, (int) turn.now()));
    ObjectNode result = Json.object();
    if (failure.agentId() != null) {
      result.put("agent_id", failure.agentId());
    }
    result.set("error", error);
    result.put("reason", failure.desc()).put("status_reason", failure.desc());
    state.header.failure(error);
    finish(JobStatus.FAILED, result);
    turn.event("job_failed", result);
  }

  /** Ends the job as soon as none of its processes lives any more. */
  void cancelled() {
    finish(JobStatus.CANCELLED, Json.object().put("reason", "cancelled by operator"));
    turn.event("job_cancelled");
  }

  /**
   * Nothing waits, nothing runs, no time is awaited: a batch job that nobody completed ends here,
   * with the outputs of its leaves or with the reason why it cannot go on.
   */
  void settle() {
    boolean quiet = state.isRunning() && state.waiting().isEmpty() && state.flying() == 0;
    if (!quiet || isService()) {
      return;
    }
    ObjectNode outputs = leafOutputs();
    if (state.workflow.agents().isEmpty()) {
      complete(null, Json.object());
    } else if (!outputs.isEmpty()) {
      completeByQuiescence(outputs);
    } else if (!state.header.unrouted().isEmpty()) {
      fail(
          Failure.stalled(
              "nothing is left to do, but messages of type "
                  + String.join(", ", state.header.unrouted())
                  + " had no edge to go along",
              "Add an edge with that message_type, or correct the type the agent emits."));
    } else {
      fail(
          Failure.stalled(
              "nothing is left to do, but no message reached an agent at the end of the graph",
              "Check the edges and their conditions from the entrypoints on."));
    }
  }

  private ObjectNode leafOutputs() {
    ObjectNode outputs = Json.object();
    for (AgentState agent : state.agents()) {
      if (agent.agent.outgoing().isEmpty() && agent.processed > 0) {
        JsonNode output =
            agent.agent.type() == AgentType.AGGREGATOR
                ? Behaviour.collectedOutput(agent)
                : agent.output;
        outputs.set(agent.agent.id(), output);
      }
    }
    return outputs;
  }

  private void completeByQuiescence(ObjectNode outputs) {
    ObjectNode result = Json.object();
    result.putNull("agent_id");
    result.set("output", outputs);
    result.put("completed_by", "quiescence");
    finish(JobStatus.COMPLETED, result);
    ObjectNode members = Json.object();
    members.set("result", result);
    turn.event("job_completed", members);
  }

  private void finish(JobStatus status, ObjectNode result) {
    for (AgentState agent : state.waiting()) {
      if (agent.flight != null) {
        turn.effect(new Effect.Stop(agent.flight.executionId()));
        state.fly(agent, null);
      }
    }
    state.clearMailboxes();
    state.header.result(result);
    state.header.recovery(null);
    state.header.status(status, turn.now());
  }

  private boolean isService() {
    JobType type = state.workflow.jobType();
    return type == JobType.SERVICE || type == JobType.SYSTEM;
  }
}
