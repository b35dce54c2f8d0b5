package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.port.PrintedOutput;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.AgentState.LastProgram;
import io.mirrorneuron.runtime.state.Blob;
import io.mirrorneuron.runtime.state.Flight;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.workflow.AgentSettings;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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

  /** Runs the attempt, or runs it again after its program was stopped or its server died. */
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
   * Handles a signal of an execution that was replaced. An outcome is recorded as ignored, except
   * when the program was stopped, which is expected.
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

  /** A job that has not begun work, nor before a crash, goes back to waiting. */
  private void held(Mailbox mailbox, Hold hold) {
    if (mailbox.flight().lease() != null) {
      return; // it has got its slots meanwhile
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
        launch(mailbox); // the job was resumed before its programs had stopped
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
          mailbox.step() == null ? outcome.structured().events() : report.announced());
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

  /** The output that the program named, else the fallback. */
  static JsonNode completed(Completion completion, JsonNode otherwise) {
    return completion == null || completion.output() == null ? otherwise : completion.output();
  }

  private Message taken(Mailbox mailbox, Structured structured) {
    Message message = state.mailboxes().consume(mailbox);
    new Backlog(state, turn).changed(mailbox);
    mailbox.owner().succeeded(structured.nextState());
    return message;
  }

  /** The message body and stored output of an outcome; {@code runtime.md} section 2.8. */
  private ObjectNode payload(Mailbox mailbox, Outcome outcome) {
    ObjectNode payload = Json.object();
    payload.put("agent_id", id(mailbox));
    ObjectNode sandbox = payload.putObject("sandbox");
    sandbox
        .put("sandbox_name", outcome.sandbox().name())
        .put("remote_dir", outcome.sandbox().remoteDir());
    sandbox.put("exit_code", outcome.exitCode()).put("runner_exit_code", outcome.exitCode());
    JsonNode stdout = sandbox.textNode(outcome.stdout()); // the same instance under two names
    JsonNode stderr = sandbox.textNode(outcome.stderr());
    sandbox.set("stdout", stdout);
    sandbox.set("stderr", stderr);
    sandbox.set("logs", stderr);
    sandbox.set("raw_output", stdout);
    boolean isRemote = outcome.lease() != null && outcome.lease().node() != null;
    sandbox.put("runner", outcome.sandbox().runner());
    sandbox.put("node_name", isRemote ? outcome.lease().node() : nodeName);
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

  /**
   * Bounds the nested inputs in an executor's payload. Each payload holds the body it was made from
   * as {@code input}, that body the one before it, and so on: in a long chain or a loop that would
   * grow without end, past what can be written as JSON. The nearest bodies stay; deeper ones are
   * replaced by {@code {type: blob_ref, sha256, size_bytes, truncated: true, reason}} of their JSON
   * text.
   */
  static final class NestedInputs {
    private static final int MAX_LEVELS = 64;

    /**
     * Characters of program output that all levels may hold together; each text is stored twice.
     */
    private static final long MAX_TEXT = 2L * 1024 * 1024;

    private NestedInputs() {}

    /** The body itself when it is within the limits, else a shortened copy. */
    public static JsonNode bounded(JsonNode body) {
      int levels = 0;
      long text = 0;
      JsonNode level = body;
      JsonNode sandbox;
      while ((sandbox = level.path("sandbox")).isObject() && level.has("input")) {
        text += outputLength(sandbox);
        if (levels > 0 && (levels == MAX_LEVELS || text > MAX_TEXT)) {
          return cut(body, levels);
        }
        levels++;
        level = level.get("input");
      }
      return body;
    }

    private static JsonNode cut(JsonNode body, int levels) {
      if (levels == 0) {
        return marker(body);
      }
      ObjectNode copy = Json.object().setAll((ObjectNode) body);
      copy.set("input", cut(body.get("input"), levels - 1));
      return copy;
    }

    private static ObjectNode marker(JsonNode left) {
      String text = Json.write(left);
      ObjectNode marker =
          Json.object().put("type", "blob_ref").put("sha256", Blob.fingerprint(text));
      marker.put("size_bytes", text.getBytes(StandardCharsets.UTF_8).length).put("truncated", true);
      return marker.put("reason", "inputs further back are left out of this message");
    }

    private static long outputLength(JsonNode sandbox) {
      return (long) sandbox.path("stdout").asText().length()
          + sandbox.path("stderr").asText().length();
    }
  }

  /**
   * Applies the outcome of a step's program that ended well; {@code runtime.md} sections 2.6 and
   * 2.7.
   */
  private static final class StepWork {
    private final JobState state;
    private final Turn turn;
    private final LifeCycle life;
    private final StepEndings ends;
    private final Emissions emissions;

    StepWork(JobState state, Turn turn, LifeCycle life, Emissions emissions) {
      this.state = state;
      this.turn = turn;
      this.life = life;
      this.emissions = emissions;
      this.ends = new StepEndings(state, turn, life);
    }

    void finished(Mailbox mailbox, Structured answer, ObjectNode payload) {
      StepState step = mailbox.step();
      StepReport report = StepReport.of(answer.events());
      WorkerEvents.record(turn, mailbox.agentId(), report.announced());
      JsonNode otherwise = step.declared().plain() ? payload.get("output") : payload;
      JsonNode completion = completion(mailbox, answer, otherwise);
      Scatter scatter =
          report.scatter() == null ? null : Scatter.parse(report.scatter(), state.steps());
      String refusal = refusal(step, report, completion, scatter);
      if (refusal != null) {
        new Retries(state, turn, life).reported(step, refusal);
        return;
      }
      Message message = state.mailboxes().consume(mailbox);
      mailbox.owner().succeeded(answer.nextState());
      boolean explicit = answer.completeStep() != null || completion != null;
      boolean chain = !explicit && mayGoOnWithin(step);
      JsonNode output = Processes.completed(answer.completeStep(), otherwise);
      if (!chain) {
        complete(step, report, scatter, completion == null ? output : completion);
      }
      if (completion != null) {
        life.complete(mailbox, completion);
      }
      if (!state.status().isTerminal()) {
        emissions.send(mailbox, message, payload, answer);
        if (chain && step.mailboxes().areQuiet()) {
          complete(step, report, scatter, output);
        } else if (chain && !step.mailboxes().isAnyFlying()) {
          step.enqueue();
        }
      }
    }

    /** The output with which the program, or the node's configuration, ends the run; or null. */
    private static JsonNode completion(Mailbox mailbox, Structured answer, JsonNode otherwise) {
      if (answer.completeRun() != null) {
        return Processes.completed(answer.completeRun(), otherwise);
      }
      return mailbox.owner().declared().settings().completion().run()
          ? Processes.completed(answer.completeStep(), otherwise)
          : null;
    }

    private String refusal(
        StepState step, StepReport report, JsonNode completion, Scatter scatter) {
      if (report.failure() != null) {
        return report.failure();
      }
      if (completion != null && !mayEndTheRun(step)) {
        String reason = "step " + step.id() + " is not the last one and cannot complete the run";
        tell("workflow_run_completion_rejected", step, reason);
        return reason;
      }
      if (scatter != null && scatter.refusal() != null) {
        tell("workflow_step_scatter_rejected", step, scatter.refusal());
        return "scatter was rejected: " + scatter.refusal();
      }
      if (report.branches() != null) {
        String reason = new Downstream(state, turn, ends).refusal(step, report.branches());
        return reason == null ? null : "branch was rejected: " + reason;
      }
      return null;
    }

    private boolean mayEndTheRun(StepState step) {
      return step.declared().outgoing().isEmpty()
          || step.declared().id().equals(state.steps().graph().sink());
    }

    private void tell(String type, StepState step, String reason) {
      ObjectNode payload = Json.object().put("step_id", step.id()).put("reason", reason);
      turn.agentEvent(type, step.mailboxes().entry().agentId(), payload);
    }

    /** Whether the agents of the step may pass the work on among themselves. */
    private static boolean mayGoOnWithin(StepState step) {
      return step.mailboxes().stream()
          .flatMap(mailbox -> mailbox.owner().declared().outgoing().stream())
          .anyMatch(edge -> step.mailboxes().has(edge.to()));
    }

    private void complete(StepState step, StepReport report, Scatter scatter, JsonNode output) {
      Downstream downstream = new Downstream(state, turn, ends);
      if (scatter != null) {
        downstream.scatter(step, scatter);
      }
      if (report.branches() != null) {
        downstream.branch(step, report.branches());
      }
      if (report.skipDownstream()) {
        downstream.skip(step);
      }
      ends.complete(step, report.status(), output, report.warning());
    }
  }

  /** Sends the messages of an executor and its program after the program has ended well. */
  private static final class Emissions {
    private static final String USUAL_TYPE = "executor_result";

    private final JobState state;
    private final Turn turn;
    private final Ledger ledger;

    Emissions(JobState state, Turn turn, Ledger ledger) {
      this.state = state;
      this.turn = turn;
      this.ledger = ledger;
    }

    /**
     * @param handled the message that the program got
     * @param payload the message body made of the program's outcome
     */
    void send(Mailbox mailbox, Message handled, ObjectNode payload, Structured answer) {
      MessageRouter mail = new MessageRouter(state, turn, ledger, mailbox, handled);
      AgentSettings settings = mailbox.owner().declared().settings();
      if (!settings.silent()) {
        String type = settings.outputType() == null ? USUAL_TYPE : settings.outputType();
        ObjectNode headers = Json.object();
        headers.put("schema_ref", "com.mirrorneuron.executor.result");
        headers.put("schema_version", "1.0.0");
        mail.emit(type, mail.reply(type, payload).headers(headers), true);
      }
      for (ObjectNode emit : answer.emits()) {
        send(mail, emit);
      }
    }

    private void send(MessageRouter mail, ObjectNode emit) {
      String type = emit.path("type").asText(USUAL_TYPE);
      JsonNode body = emit.has("body") ? emit.get("body") : emit.get("payload");
      if (emit.hasNonNull("body_base64")) {
        body = emit.get("body_base64");
      }
      Message.Builder message = mail.reply(type, body == null ? Json.object() : body);
      if (emit.hasNonNull("body_base64")) {
        message.with("content_type", "application/octet-stream");
        message.part(Message.BODY_ENCODING, Json.MAPPER.getNodeFactory().textNode("base64"));
      }
      for (String member :
          new String[] {
            "class", "correlation_id", "causation_id", "content_type", "content_encoding"
          }) {
        message.with(member, emit.path(member).asText(""));
      }
      message.lifeOf(emit);
      message.headers(emit.get("headers")).part("artifacts", emit.get("artifacts"));
      message.part("stream", emit.get("stream"));
      String target = emit.path("to").asText("");
      if (target.isEmpty()) {
        mail.emit(type, message, false);
      } else {
        mail.emitTo(target, message);
      }
    }
  }

  /**
   * What the program's printed events ask of its step.
   *
   * @param failure why the attempt counts as failed though the program ended well, or null
   * @param status how the step has ended
   * @param branches the children that go on, or null for all
   * @param scatter the payload of a scatter event, or null
   * @param warning of the runner about the output, or null
   * @param announced events to record as printed: all but beacons, as the attempt is over
   */
  private record StepReport(
      String failure,
      StepPhase status,
      List<String> branches,
      JsonNode scatter,
      boolean skipDownstream,
      String warning,
      List<Event> announced) {
    private static final String MESSAGE = "message";
    private static final String UNNAMED_BRANCHES =
        "branch was rejected: branches must be a list of names of steps";

    public static StepReport of(List<Event> events) {
      String failure = null;
      StepPhase status = StepPhase.COMPLETED;
      List<String> branches = null;
      JsonNode scatter = null;
      boolean skips = false;
      String warning = null;
      List<Event> announced = new ArrayList<>();
      for (Event event : events) {
        JsonNode payload = event.payload();
        skips |= payload.path("skip_downstream").asBoolean();
        if (!event.type().equals("workflow_step_beacon")) {
          announced.add(event);
        }
        switch (event.type()) {
          case "workflow_step_failed" -> failure = reason(payload);
          case "workflow_step_completed" -> status = StepPhase.COMPLETED;
          case "workflow_step_partial" -> status = StepPhase.PARTIAL;
          case "workflow_step_skipped" -> status = StepPhase.SKIPPED;
          case "workflow_step_branch" -> {
            branches = branches(payload);
            failure = branches == null ? UNNAMED_BRANCHES : failure;
          }
          case "workflow_step_scatter" -> scatter = payload;
          case PrintedOutput.WARNING -> warning = payload.path(MESSAGE).textValue();
          default -> {
            // such events ask for nothing
          }
        }
      }
      return new StepReport(failure, status, branches, scatter, skips, warning, announced);
    }

    private static String reason(JsonNode payload) {
      for (String member : new String[] {"reason", "error", MESSAGE}) {
        JsonNode value = payload.path(member);
        if (value.isTextual() && !value.textValue().isBlank()) {
          return value.textValue();
        }
        JsonNode message = value.path(MESSAGE);
        if (message.isTextual()) {
          return message.textValue();
        }
      }
      return "the program reported that its step failed";
    }

    /** Null when they are no names. */
    private static List<String> branches(JsonNode payload) {
      JsonNode named = payload.get(payload.hasNonNull("branches") ? "branches" : "branch");
      List<JsonNode> all =
          named == null
              ? List.of()
              : named.isArray() ? Json.elements(named).toList() : List.of(named);
      return named == null || !all.stream().allMatch(one -> one.isTextual() || one.isNumber())
          ? null
          : all.stream().map(JsonNode::asText).toList();
    }
  }
}
