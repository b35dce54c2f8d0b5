package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.port.PrintedOutput;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.AgentState.LastProgram;
import io.mirrorneuron.runtime.state.Flight;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.workflow.AgentSettings;
import io.mirrorneuron.wire.Json;

/**
 * Orders the programs of executors and turns their signals and outcomes into messages and events.
 */
final class Processes {
  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;
  private final Attempts attempts;
  private final Emissions emissions;
  private final ProgramFailures failures;
  private final String nodeName;

  Processes(JobState state, Turn turn, LifeCycle life, Ledger ledger, String nodeName) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.attempts = new Attempts(state, turn);
    this.emissions = new Emissions(state, turn, ledger);
    this.failures = new ProgramFailures(state, turn, life, nodeName);
    this.nodeName = nodeName;
  }

  /** Orders the program for the message at the head of the mailbox. */
  void order(Mailbox mailbox) {
    AgentState agent = mailbox.owner();
    long delay = agent.declared().settings().startupDelayMs();
    if (delay > 0 && agent.processed() == 0 && mailbox.notBefore() == 0) {
      turn.postpone(mailbox, turn.now() + delay);
      return;
    }
    if (mailbox.attempt() == 1) {
      turn.agentEvent("agent_message_received", id(mailbox), mailbox.head().summary());
    }
    if (mailbox.step() != null) {
      mailbox.step().enqueue();
    }
    launch(mailbox);
  }

  /** Runs the attempt, or runs it again: its program was stopped or its server died. */
  void launch(Mailbox mailbox) {
    Flight flight = mailbox.next(state.jobId(), turn.now());
    state.schedule().fly(mailbox, flight);
    AgentSettings settings = mailbox.owner().declared().settings();
    ObjectNode payload = Json.object().put("pool", settings.pool()).put("slots", settings.slots());
    turn.agentEvent("executor_lease_requested", id(mailbox), payload);
    turn.effect(new Effect.Start(mailbox.address(), flight.executionId()));
  }

  void signal(Mailbox mailbox, String executionId, Signal signal) {
    if (mailbox.flight() == null || !mailbox.flight().executionId().equals(executionId)) {
      stale(mailbox, executionId, signal);
      return;
    }
    switch (signal) {
      case Signal.Held held -> held(mailbox, held.hold());
      case Signal.Leased leased -> leased(mailbox, leased.lease());
      case Signal.Beacon beacon -> {
        turn.agentEvent("agent_beacon", id(mailbox), beacon.payload());
        if (mailbox.step() != null) {
          attempts.beacon(mailbox.step(), beacon.payload());
        }
      }
      case Signal.Finished finished -> finished(mailbox, finished.outcome());
    }
  }

  /**
   * Handles a signal of an execution that was replaced and no longer counts. An outcome is recorded
   * as ignored, except when the program was stopped, which was to be expected.
   */
  private void stale(Mailbox mailbox, String executionId, Signal signal) {
    if (mailbox.step() != null
        && signal instanceof Signal.Finished finished
        && finished.outcome().ending() != Ending.STOPPED) {
      ObjectNode members = turn.about(mailbox.step()).put("execution_id", executionId);
      members.put("reason", "it is the answer of an attempt that is over");
      turn.event("workflow_step_stale_output_ignored", members);
    }
  }

  /** A job that has done nothing yet, nor before a crash, has not begun: it waits. */
  private void held(Mailbox mailbox, Hold hold) {
    if (mailbox.flight().lease() != null) {
      return; // it has got it meanwhile
    }
    ObjectNode payload = Json.object().put("cause", hold.word());
    turn.agentEvent(
        "executor_resources_awaited", id(mailbox), payload.put("reason", hold.sentence()));
    if (state.status() == JobStatus.RUNNING && !state.hasBegun() && !mailbox.flight().had()) {
      state.header().status(JobStatus.SCHEDULED, turn.now());
    }
  }

  private void leased(Mailbox mailbox, Lease lease) {
    if (mailbox.flight().lease() != null) {
      return; // this lease was reported before
    }
    if (state.status() == JobStatus.SCHEDULED) {
      state.header().status(JobStatus.RUNNING, turn.now());
    }
    ObjectNode payload = lease.json();
    payload.put("queue_wait_ms", lease.acquiredAt() - lease.requestedAt());
    state.schedule().fly(mailbox, mailbox.flight().leased(lease.json()));
    turn.agentEvent("executor_lease_acquired", id(mailbox), payload);
    new Restarts(state, turn, life).begun(mailbox, lease.node() == null ? nodeName : lease.node());
    attempts.begun(mailbox, lease.acquiredAt());
  }

  private void finished(Mailbox mailbox, Outcome outcome) {
    if (outcome.lease() != null) {
      turn.agentEvent("executor_lease_released", id(mailbox), outcome.lease().json());
    }
    if (state.status() == JobStatus.CANCELLING) {
      state.schedule().fly(mailbox, null);
      return;
    }
    if (outcome.ending() == Ending.STOPPED) {
      state.schedule().fly(mailbox, mailbox.flight().park());
      if (state.isRunning() && !state.definition().held().contains(id(mailbox))) {
        launch(mailbox); // the job was resumed before its processes had stopped
      }
      return;
    }
    state.schedule().fly(mailbox, null);
    remember(mailbox, outcome);
    if (outcome.ending() == Ending.SUCCEEDED) {
      succeeded(mailbox, outcome);
    } else {
      StepReport report = StepReport.of(outcome.structured().events());
      WorkerEvents.record(
          turn,
          id(mailbox),
          mailbox.step() == null ? outcome.structured().events() : report.told());
      failures.failed(mailbox, outcome);
    }
  }

  private void remember(Mailbox mailbox, Outcome outcome) {
    String pool = outcome.lease() == null ? null : outcome.lease().pool();
    mailbox
        .owner()
        .ranIn(
            new LastProgram(
                id(mailbox), outcome.sandbox().name(), outcome.exitCode(), pool, turn.timestamp()));
  }

  private void succeeded(Mailbox mailbox, Outcome outcome) {
    ObjectNode done = Json.object();
    done.put("sandbox_name", outcome.sandbox().name()).put("exit_code", outcome.exitCode());
    done.put("attempts", mailbox.attempt());
    if (outcome.lease() != null) {
      done.put("lease_id", outcome.lease().leaseId()).put("pool", outcome.lease().pool());
    }
    turn.agentEvent("sandbox_job_completed", id(mailbox), done);
    if (mailbox.step() != null) {
      new StepWork(state, turn, life, emissions)
          .finished(mailbox, outcome.structured(), payload(mailbox, outcome));
      return;
    }
    Structured structured = outcome.structured();
    WorkerEvents.record(turn, id(mailbox), structured.events());
    ObjectNode payload = payload(mailbox, outcome);
    Message message = taken(mailbox, structured);
    AgentState agent = mailbox.owner();
    JsonNode output = completed(structured.completeStep(), payload);
    agent.produced(output);
    if (structured.completeRun() != null) {
      life.complete(mailbox, completed(structured.completeRun(), payload));
    } else if (agent.declared().settings().completion().run()) {
      life.complete(mailbox, output);
    }
    if (!state.isOver(id(mailbox))) {
      emissions.send(mailbox, message, payload, structured);
    }
  }

  /** What the program named as output, else the other. */
  static JsonNode completed(Completion completion, JsonNode otherwise) {
    return completion == null || completion.output() == null ? otherwise : completion.output();
  }

  private Message taken(Mailbox mailbox, Structured structured) {
    Message message = state.mailboxes().consume(mailbox);
    new Backlog(state, turn).changed(mailbox);
    mailbox.owner().succeeded(structured.nextState());
    return message;
  }

  /** What flows on as message body and is stored as output; {@code runtime.md} section 2.8. */
  private ObjectNode payload(Mailbox mailbox, Outcome outcome) {
    ObjectNode payload = Json.object();
    payload.put("agent_id", id(mailbox));
    ObjectNode sandbox = payload.putObject("sandbox");
    sandbox
        .put("sandbox_name", outcome.sandbox().name())
        .put("remote_dir", outcome.sandbox().remoteDir());
    sandbox.put("exit_code", outcome.exitCode()).put("runner_exit_code", outcome.exitCode());
    JsonNode stdout = sandbox.textNode(outcome.stdout()); // one value under two names
    JsonNode stderr = sandbox.textNode(outcome.stderr());
    sandbox.set("stdout", stdout);
    sandbox.set("stderr", stderr);
    sandbox.set("logs", stderr);
    sandbox.set("raw_output", stdout);
    boolean isFar = outcome.lease() != null && outcome.lease().node() != null;
    sandbox.put("runner", outcome.sandbox().runner());
    sandbox.put("node_name", isFar ? outcome.lease().node() : nodeName);
    sandbox.put("attempts", mailbox.attempt());
    sandbox.set("lease", outcome.lease() == null ? null : outcome.lease().json());
    payload.set("input", NestedInputs.bounded(mailbox.head().body()));
    boolean plain = mailbox.step() != null && mailbox.step().declared().plain();
    if (plain || outcome.stdout().length() <= PrintedOutput.MAX_TOLD_TWICE) {
      payload.set("output", PrintedOutput.of(outcome.stdout(), outcome.structured()));
    }
    return payload;
  }

  private static String id(Mailbox mailbox) {
    return mailbox.agentId();
  }
}
