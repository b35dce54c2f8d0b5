package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.engine.AgentState.Flight;
import io.mirrorneuron.runtime.engine.Executions.Ending;
import io.mirrorneuron.runtime.engine.Executions.Lease;
import io.mirrorneuron.runtime.engine.Executions.Outcome;
import io.mirrorneuron.runtime.engine.Executions.Signal;
import io.mirrorneuron.runtime.engine.Executions.Structured;
import io.mirrorneuron.wire.Json;

/** Executors: orders their programs and turns what the programs answer into messages and events. */
final class Processes {
  private static final int DEFAULT_BACKOFF_MS = 500;
  private static final long MAX_BACKOFF_MS = 30 * 60 * 1000L;
  private static final int QUEUE_FULL_RETRY_MS = 250;

  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;
  private final String nodeName;

  Processes(JobState state, Turn turn, LifeCycle life, String nodeName) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.nodeName = nodeName;
  }

  /** Orders the program for the message at the head of the mailbox. */
  void order(AgentState agent) {
    long delay = agent.agent.config().path("startup_delay_ms").asLong(0);
    if (delay > 0 && agent.processed == 0 && agent.notBefore == 0) {
      wait(agent, delay);
      return;
    }
    if (agent.attempt == 1) {
      turn.agentEvent(
          "agent_message_received", agent.agent.id(), agent.mailbox.getFirst().summary());
    }
    launch(agent, 1);
  }

  /** Runs the same attempt again: its program was stopped or its server died. */
  void again(AgentState agent) {
    launch(agent, agent.flight.delivery() + 1);
  }

  private void launch(AgentState agent, int delivery) {
    Message message = agent.mailbox.getFirst();
    String id = state.jobId + "." + message.seq() + "." + agent.attempt + "." + delivery;
    state.fly(agent, new Flight(id, delivery, false, null));
    JsonNode config = agent.agent.config();
    ObjectNode payload = Json.object();
    payload.put("pool", config.path("pool").asText("default"));
    payload.put("slots", config.path("pool_slots").asInt(1));
    turn.agentEvent("executor_lease_requested", agent.agent.id(), payload);
    turn.effect(new Effect.Start(agent.agent.id(), id));
  }

  void signal(AgentState agent, String executionId, Signal signal) {
    if (agent.flight == null || !agent.flight.executionId().equals(executionId)) {
      return; // of an execution that no longer counts
    }
    switch (signal) {
      case Signal.Leased leased -> leased(agent, leased.lease());
      case Signal.Beacon beacon -> turn.agentEvent("agent_beacon", id(agent), beacon.payload());
      case Signal.Finished finished -> finished(agent, finished.outcome());
    }
  }

  private void leased(AgentState agent, Lease lease) {
    ObjectNode payload = leaseJson(lease);
    payload.put("queue_wait_ms", lease.acquiredAt() - lease.requestedAt());
    state.fly(agent, agent.flight.leased(leaseJson(lease)));
    turn.agentEvent("executor_lease_acquired", id(agent), payload);
  }

  private void finished(AgentState agent, Outcome outcome) {
    if (outcome.lease() != null) {
      turn.agentEvent("executor_lease_released", id(agent), leaseJson(outcome.lease()));
    }
    if (state.status() == JobStatus.CANCELLING) {
      state.fly(agent, null);
      return;
    }
    if (outcome.ending() == Ending.STOPPED) {
      state.fly(agent, agent.flight.park());
      if (state.isRunning()) {
        again(agent); // the job was resumed before its processes had stopped
      }
      return;
    }
    state.fly(agent, null);
    remember(agent, outcome);
    if (outcome.ending() == Ending.SUCCEEDED) {
      succeeded(agent, outcome);
    } else {
      WorkerEvents.record(turn, id(agent), outcome.structured().events());
      failed(agent, outcome);
    }
  }

  private void remember(AgentState agent, Outcome outcome) {
    ObjectNode sandbox = Json.object();
    sandbox.put("agent_id", id(agent)).put("sandbox_name", outcome.sandboxName());
    sandbox.put("exit_code", outcome.exitCode());
    sandbox.put("pool", outcome.lease() == null ? null : outcome.lease().pool());
    sandbox.put("timestamp", turn.timestamp());
    agent.sandbox = sandbox;
  }

  private void succeeded(AgentState agent, Outcome outcome) {
    ObjectNode done = Json.object();
    done.put("sandbox_name", outcome.sandboxName()).put("exit_code", outcome.exitCode());
    done.put("attempts", agent.attempt);
    if (outcome.lease() != null) {
      done.put("lease_id", outcome.lease().leaseId()).put("pool", outcome.lease().pool());
    }
    turn.agentEvent("sandbox_job_completed", id(agent), done);
    WorkerEvents.record(turn, id(agent), outcome.structured().events());

    ObjectNode payload = payload(agent, outcome);
    Structured structured = outcome.structured();
    Message message = state.consume(agent);
    agent.lastError = null;
    if (structured.nextState() != null) {
      agent.memory = structured.nextState();
    }
    JsonNode stepOutput =
        structured.completeStep() != null && structured.completeStep().output() != null
            ? structured.completeStep().output()
            : payload;
    if (agent.agent.outgoing().isEmpty()) {
      agent.output = stepOutput;
    }
    if (structured.completeRun() != null) {
      JsonNode output = structured.completeRun().output();
      life.complete(id(agent), output == null ? payload : output);
    } else if (Behaviour.asksForCompletion(agent.agent.config())) {
      life.complete(id(agent), stepOutput);
    }
    if (!state.status().isTerminal()) {
      emits(agent, message, payload, structured);
    }
  }

  private void emits(AgentState agent, Message message, ObjectNode payload, Structured answer) {
    Mail mail = new Mail(state, turn, agent, message);
    JsonNode configured = agent.agent.config().path("output_message_type");
    if (!configured.isNull()) {
      String type = configured.asText("executor_result");
      ObjectNode headers = Json.object();
      headers.put("schema_ref", "com.mirrorneuron.executor.result");
      headers.put("schema_version", "1.0.0");
      mail.emit(type, mail.reply(type, payload).headers(headers), true);
    }
    for (ObjectNode emit : answer.emits()) {
      structuredEmit(mail, emit);
    }
  }

  private void structuredEmit(Mail mail, ObjectNode emit) {
    String type = emit.path("type").asText("executor_result");
    JsonNode body = emit.has("body") ? emit.get("body") : emit.get("payload");
    if (emit.hasNonNull("body_base64")) {
      body = emit.get("body_base64");
    }
    Message.Builder message = mail.reply(type, body == null ? Json.object() : body);
    if (emit.hasNonNull("body_base64")) {
      message.part(Message.BODY_ENCODING, Json.MAPPER.getNodeFactory().textNode("base64"));
    }
    for (String member :
        new String[] {
          "class", "correlation_id", "causation_id", "content_type", "content_encoding"
        }) {
      message.with(member, emit.path(member).asText(""));
    }
    message.headers(emit.get("headers")).part("artifacts", emit.get("artifacts"));
    message.part("stream", emit.get("stream"));
    String target = emit.path("to").asText("");
    if (target.isEmpty()) {
      mail.emit(type, message, false);
    } else {
      mail.emitTo(target, message);
    }
  }

  private void failed(AgentState agent, Outcome outcome) {
    JsonNode config = agent.agent.config();
    if (outcome.ending() == Ending.NOT_STARTED
        && outcome.error().startsWith("executor_pool_queue_full")) {
      ObjectNode payload = Json.object();
      payload.put("reason", outcome.error()).put("retry_after_ms", QUEUE_FULL_RETRY_MS);
      turn.agentEvent("executor_lease_rejected", id(agent), payload);
      wait(agent, QUEUE_FULL_RETRY_MS);
      return;
    }
    agent.lastError = outcome.error();
    if (outcome.ending() == Ending.BEACON_MISSED) {
      turn.agentEvent(
          "agent_beacon_missed", id(agent), Json.object().put("message", outcome.error()));
    }
    int maxAttempts = Math.max(1, config.path("max_attempts").asInt(1));
    if (agent.attempt < maxAttempts && mayRetry(config, outcome)) {
      long backoff = config.path("retry_backoff_ms").asLong(DEFAULT_BACKOFF_MS);
      long delay = Math.min(MAX_BACKOFF_MS, backoff << Math.min(20, agent.attempt - 1));
      agent.attempt++;
      ObjectNode payload = Json.object();
      payload.put("message_id", agent.mailbox.getFirst().id()).put("attempt", agent.attempt);
      payload.put("reason", outcome.error()).put("delay_ms", delay);
      turn.agentEvent("message_retry_scheduled", id(agent), payload);
      wait(agent, delay);
      return;
    }
    exhausted(agent, outcome, maxAttempts);
  }

  private void exhausted(AgentState agent, Outcome outcome, int maxAttempts) {
    ObjectNode payload = Json.object();
    payload.put("sandbox_name", outcome.sandboxName()).put("exit_code", outcome.exitCode());
    payload.put("error", outcome.error()).put("attempts", agent.attempt);
    payload.put("stdout", outcome.stdout()).put("stderr", outcome.stderr());
    turn.agentEvent("sandbox_job_failed", id(agent), payload);
    boolean timeout =
        outcome.ending() == Ending.TIMED_OUT || outcome.ending() == Ending.BEACON_MISSED;
    life.fail(
        new Failure(
            "runtime.job.failed",
            timeout ? "timeout" : "runtime",
            "agent " + id(agent) + " failed: " + outcome.error(),
            false,
            id(agent),
            agent.attempt,
            maxAttempts,
            timeout
                ? "Raise timeout_seconds of the node, or find out what its program waits for."
                : "Read stderr in the sandbox_job_failed event; set max_attempts to have the"
                    + " program tried again."));
  }

  private static boolean mayRetry(JsonNode config, Outcome outcome) {
    if (outcome.ending() == Ending.NOT_STARTED) {
      return false; // the same files and command would fail the same way
    }
    for (JsonNode code : config.path("no_retry_exit_codes")) {
      if (code.asInt() == outcome.exitCode()) {
        return false;
      }
    }
    return true;
  }

  private void wait(AgentState agent, long delay) {
    agent.notBefore = turn.now() + Math.max(1, delay);
    state.touch(agent);
    turn.effect(new Effect.Wake(id(agent), agent.notBefore));
  }

  /** What flows on as message body and is stored as output; {@code runtime.md} section 2.8. */
  private ObjectNode payload(AgentState agent, Outcome outcome) {
    ObjectNode payload = Json.object();
    payload.put("agent_id", id(agent));
    ObjectNode sandbox = payload.putObject("sandbox");
    sandbox.put("sandbox_name", outcome.sandboxName()).put("remote_dir", outcome.remoteDir());
    sandbox.put("exit_code", outcome.exitCode()).put("runner_exit_code", outcome.exitCode());
    sandbox.put("stdout", outcome.stdout()).put("stderr", outcome.stderr());
    sandbox.put("logs", outcome.stderr()).put("raw_output", outcome.stdout());
    sandbox.put("runner", "host_local").put("node_name", nodeName);
    sandbox.put("attempts", agent.attempt);
    sandbox.set("lease", outcome.lease() == null ? null : leaseJson(outcome.lease()));
    payload.set("input", Nesting.bounded(agent.mailbox.getFirst().body()));
    return payload;
  }

  private static ObjectNode leaseJson(Lease lease) {
    ObjectNode json = Json.object();
    json.put("lease_id", lease.leaseId()).put("pool", lease.pool()).put("slots", lease.slots());
    return json;
  }

  private static String id(AgentState agent) {
    return agent.agent.id();
  }
}
