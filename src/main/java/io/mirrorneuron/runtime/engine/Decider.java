package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.Workflow.RecoveryMode;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * The state machine of a job: folds one input into the state and tells, through the turn, which
 * events happened and which effects are wanted. Deterministic: no clock, no randomness, no I/O.
 * Agents that need no process are run to the end within the same turn.
 */
final class Decider {
  /** Messages handled in one turn at most, so that a commit stays small. */
  private static final int BUDGET = 1000;

  /** Members of a node's config by which its author says that a repeated run does no harm. */
  private static final List<String> REPEATABLE =
      List.of("safe_to_retry", "idempotent", "idempotency_key", "recovery_idempotency_key");

  private final String nodeName;
  private final boolean reviewInFlight;

  /**
   * @param reviewInFlight whether a program that was cut short needs a person's word before it runs
   *     again, unless its node says that it is safe to repeat
   */
  Decider(String nodeName, boolean reviewInFlight) {
    this.nodeName = nodeName;
    this.reviewInFlight = reviewInFlight;
  }

  void decide(JobState state, Input input, Turn turn) {
    LifeCycle life = new LifeCycle(state, turn);
    Processes processes = new Processes(state, turn, life, nodeName);
    if (!state.status().isTerminal()) {
      switch (input) {
        case Input.Start start -> start(state, turn);
        case Input.Restored restored -> restored(state, turn, restored.from());
        case Input.Signalled signalled ->
            processes.signal(
                state.agent(signalled.agentId()), signalled.executionId(), signalled.signal());
        case Input.Due due -> state.consider(state.agent(due.agentId()));
        case Input.Pause pause -> pause(state, turn);
        case Input.Resume resume -> resume(state, turn, processes);
        case Input.Cancel cancel -> stopAll(state, turn, JobStatus.CANCELLING);
        case Input.Deliver deliver -> deliver(state, turn, deliver);
        case Input.Loaded loaded -> loaded(state, turn, processes, loaded);
        case Input.Broken broken -> life.fail(Failure.internal(broken.reason()));
        case Input.Continue go -> {}
      }
      settleStops(state, turn, life);
      drain(state, turn, life, processes);
    }
  }

  private void start(JobState state, Turn turn) {
    turn.event("job_pending");
    turn.event("job_validated");
    turn.event("job_scheduled", Json.object().put("node", nodeName));
    state.header.status(JobStatus.RUNNING, turn.now());
    turn.event("job_running");
    String correlation = Message.deriveId(state.jobId, "correlation", 0);
    for (String entrypoint : state.workflow.entrypoints()) {
      List<JsonNode> bodies =
          state.workflow.initialInputs().getOrDefault(entrypoint, List.of(Json.object()));
      for (int i = 0; i < bodies.size(); i++) {
        Message.Builder message = seed(state, entrypoint, bodies.get(i));
        message.id(Message.deriveId(state.jobId, "seed " + entrypoint, i));
        message.orElse("correlation_id", correlation).with("timestamp", turn.timestamp());
        state.enqueue(message.build(state.nextMessageSeq(), entrypoint));
      }
    }
  }

  private void restored(JobState state, Turn turn, Restoration from) {
    if (state.status() == JobStatus.PENDING) { // nothing but the manifest is known
      start(state, turn);
      turn.event("job_paused");
    }
    from.begin(state, turn);
  }

  private static Message.Builder seed(JobState state, String entrypoint, JsonNode payload) {
    JsonNode envelope = payload.path("envelope");
    if (!envelope.isObject()) {
      return Message.builder(state.jobId, "runtime", entrypoint, "init")
          .with("class", "command")
          .body(payload);
    }
    return external(state, "runtime", entrypoint, "init", payload);
  }

  /** A message that somebody outside the graph wrote in full. */
  private static Message.Builder external(
      JobState state, String from, String to, String type, JsonNode message) {
    JsonNode envelope = message.path("envelope");
    Message.Builder builder =
        Message.builder(state.jobId, from, to, envelope.path("type").asText(type))
            .body(body(message));
    for (String member : new String[] {"correlation_id", "content_type", "content_encoding"}) {
      builder.with(member, envelope.path(member).asText(""));
    }
    builder.with("class", envelope.path("class").asText("command"));
    builder.headers(message.get("headers")).part("artifacts", message.get("artifacts"));
    return builder.part("stream", message.get("stream"));
  }

  private static JsonNode body(JsonNode message) {
    JsonNode body = message.has("body") ? message.get("body") : message.get("payload");
    return body == null ? Json.object() : body;
  }

  private static void deliver(JobState state, Turn turn, Input.Deliver deliver) {
    ObjectNode message = deliver.message();
    String from = message.path("envelope").path("from").asText("external");
    long seq = state.nextMessageSeq();
    String id = Message.deriveId(state.jobId, "external " + deliver.agentId(), (int) seq);
    state.enqueue(
        external(state, from, deliver.agentId(), "command", message)
            .id(message.path("envelope").path("message_id").asText(id))
            .with("timestamp", turn.timestamp())
            .build(seq, deliver.agentId()));
  }

  private static void pause(JobState state, Turn turn) {
    if (state.isRunning()) {
      turn.event("job_pausing");
      stopAll(state, turn, JobStatus.PAUSING);
    }
  }

  private static void stopAll(JobState state, Turn turn, JobStatus next) {
    state.header.status(next, turn.now());
    for (AgentState agent : state.waiting()) {
      if (agent.isFlying()) {
        turn.effect(new Effect.Stop(agent.flight.executionId()));
      }
    }
  }

  /** Once nothing flies any more, a job that is being stopped has stopped. */
  private static void settleStops(JobState state, Turn turn, LifeCycle life) {
    if (state.flying() > 0) {
      return;
    }
    if (state.status() == JobStatus.CANCELLING) {
      life.cancelled();
    } else if (state.status() == JobStatus.PAUSING) {
      state.header.status(JobStatus.PAUSED, turn.now());
      turn.event("job_paused");
    }
  }

  private static void resume(JobState state, Turn turn, Processes processes) {
    if (state.status() != JobStatus.PAUSED && state.status() != JobStatus.PAUSING) {
      return;
    }
    state.header.recovery(null);
    state.header.status(JobStatus.RUNNING, turn.now());
    turn.event("job_resumed");
    for (AgentState agent : state.waiting()) {
      if (agent.flight != null && agent.flight.parked()) {
        processes.again(agent);
      } else {
        rearm(state, turn, agent);
      }
    }
  }

  private static void rearm(JobState state, Turn turn, AgentState agent) {
    if (agent.notBefore > turn.now()) {
      turn.effect(new Effect.Wake(agent.agent.id(), agent.notBefore));
    } else {
      state.consider(agent);
    }
  }

  private void loaded(JobState state, Turn turn, Processes processes, Input.Loaded loaded) {
    List<AgentState> lost = new ArrayList<>();
    for (AgentState agent : state.waiting()) {
      if (agent.isFlying()) {
        if (!loaded.live().contains(agent.flight.executionId())) {
          lost.add(agent);
        } else if (!state.isRunning()) {
          turn.effect(new Effect.Stop(agent.flight.executionId()));
        }
      } else if (state.isRunning() && agent.flight == null) {
        rearm(state, turn, agent);
      }
    }
    boolean running = state.isRunning();
    if (running && loaded.takenOver()) {
      turn.event("job_recovery_started");
      if (mustBeReviewed(state, turn, lost)) {
        running = false;
      } else {
        turn.event("job_recovered", Json.object().put("status", state.status().word()));
      }
    }
    for (AgentState agent : lost) {
      if (running) {
        recover(turn, processes, agent);
      } else {
        state.fly(agent, agent.flight.park());
      }
    }
  }

  private static void recover(Turn turn, Processes processes, AgentState agent) {
    ObjectNode payload = Json.object().put("attempt", agent.attempt);
    turn.record("agent_recovered", agent.agent.id(), null, payload);
    processes.again(agent);
  }

  private boolean mustBeReviewed(JobState state, Turn turn, List<AgentState> lost) {
    String reason = null;
    ObjectNode members = Json.object();
    if (state.workflow.recoveryMode() == RecoveryMode.MANUAL_RECOVER) {
      reason = "recovery_mode is manual_recover: the server was restarted while the job ran";
    }
    for (AgentState agent : lost) {
      if (reason == null && (agent.agent.unsafe() || isDoubtful(agent))) {
        reason =
            "the server was restarted while agent "
                + agent.agent.id()
                + (agent.agent.unsafe()
                    ? " ran, and the manifest says that it may not simply run again"
                    : " ran, and recovery.in_flight is review");
        members.put("agent_id", agent.agent.id());
      }
    }
    if (reason == null) {
      return false;
    }
    ObjectNode recovery = Json.object();
    recovery.put("status", "paused_for_review").put("reason", reason);
    recovery.put("requires_review", true).put("can_resume", true);
    recovery.put("updated_at", turn.timestamp());
    state.header.recovery(recovery);
    state.header.status(JobStatus.PAUSED, turn.now());
    members.put("reason", reason);
    turn.event("job_paused_for_manual_restart", members);
    turn.event("job_paused");
    return true;
  }

  private boolean isDoubtful(AgentState agent) {
    return reviewInFlight && REPEATABLE.stream().noneMatch(agent.agent.config()::hasNonNull);
  }

  private static void drain(JobState state, Turn turn, LifeCycle life, Processes processes) {
    Behaviour behaviour = new Behaviour(state, turn, life);
    int budget = BUDGET;
    AgentState agent;
    while (budget > 0 && state.isRunning() && (agent = state.pollCandidate()) != null) {
      if (agent.isReady(turn.now())) {
        budget--;
        handle(state, turn, behaviour, processes, agent);
      }
    }
    if (!state.hasCandidates()) {
      life.settle();
    }
  }

  private static void handle(
      JobState state, Turn turn, Behaviour behaviour, Processes processes, AgentState agent) {
    switch (agent.agent.type()) {
      case EXECUTOR -> processes.order(agent);
      case ROUTER -> behaviour.router(agent, take(state, turn, agent));
      case SENSOR -> behaviour.sensor(agent, take(state, turn, agent));
      case AGGREGATOR -> behaviour.aggregator(agent, take(state, turn, agent));
    }
  }

  private static Message take(JobState state, Turn turn, AgentState agent) {
    Message message = state.consume(agent);
    turn.agentEvent("agent_message_received", agent.agent.id(), message.summary());
    return message;
  }
}
