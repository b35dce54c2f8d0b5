package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort.ForkPoint;
import io.mirrorneuron.port.JobsPort.ForkPoint.Place;
import io.mirrorneuron.runtime.decide.GraphRounds;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.decide.Ledger;
import io.mirrorneuron.runtime.decide.Turn;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A new job that begins at a point of another job: the steps that had ended there are taken over
 * with their output, the rest runs again.
 */
public final class Fork implements Input.FirstTurn {
  private static final Set<String> ENDINGS =
      Set.of("workflow_step_completed", "workflow_step_partial", "workflow_step_skipped");

  /** The parts of an event that matter here. Only some events name a step. */
  private record Happened(String type, String stepId) {}

  private final JobState source;
  private final JsonNode at;
  private final Map<String, JsonNode> inputs;

  /** Steps and instances that run again. */
  private final Set<String> again = new HashSet<>();

  private Fork(JobState source, JsonNode at, Map<String, JsonNode> inputs) {
    this.source = source;
    this.at = at;
    this.inputs = inputs;
  }

  /**
   * Forks from a step on: that step, all that follow it, and all that had not ended or had failed
   * run again.
   *
   * @param inputs replacement input bodies by step
   * @throws MnException NOT_FOUND for an unknown step, PRECONDITION when the step was not reached
   */
  public static Fork atStep(
      StoredJob stored, Workflow workflow, String stepId, Map<String, JsonNode> inputs) {
    Fork fork =
        new Fork(
            StateReader.read(stored, workflow, Integer.MAX_VALUE),
            TextNode.valueOf(stepId),
            inputs);
    StepState step = fork.source.steps().get(stepId);
    if (step == null) {
      throw new MnException(
          ErrorCode.NOT_FOUND,
          "step_not_found",
          "job %s has no step %s".formatted(stored.jobId(), stepId));
    }
    fork.addAgain(step);
    fork.source.steps().all().stream().filter(one -> !one.isDone()).forEach(fork::addAgain);
    String missing = fork.source.steps().unreached(step);
    if (!missing.isEmpty()) {
      throw MnException.precondition("step %s was not reached: %s".formatted(stepId, missing));
    }
    return fork.checked();
  }

  /**
   * Forks the job as it was after event {@code seq}; 0 is its beginning.
   *
   * @param events the stored events of the job up to there
   * @throws MnException PRECONDITION when the job has not reached that event, or too little of its
   *     state at that time is known
   */
  public static Fork atEvent(
      StoredJob stored,
      Workflow workflow,
      long seq,
      List<StoredEvent> events,
      Map<String, JsonNode> inputs) {
    Fork fork =
        new Fork(
            StateReader.read(stored, workflow, Integer.MAX_VALUE), LongNode.valueOf(seq), inputs);
    if (seq > 0) {
      fork.checkIsKnown(seq, events);
    }
    Set<String> ended = new HashSet<>();
    int round = 0;
    for (StoredEvent event : events.stream().filter(one -> one.seq() <= seq).toList()) {
      Happened happened = Json.read(event.json(), Happened.class, "event");
      if (ENDINGS.contains(happened.type()) && happened.stepId() != null) {
        ended.add(happened.stepId());
      } else if (happened.type().equals(GraphRounds.BEGUN)) {
        ended.clear();
        round++;
      }
    }
    if (seq > 0 && round != fork.source.header().round()) {
      throw MnException.precondition(
          "event %d of job %s is of an earlier round, whose outputs are not kept"
              .formatted(seq, stored.jobId()));
    }
    fork.source.steps().all().stream()
        .filter(step -> !ended.contains(step.id()) || !step.isTerminal())
        .forEach(fork::addAgain);
    return fork.checked();
  }

  private void checkIsKnown(long seq, List<StoredEvent> events) {
    String reason = null;
    if (source.steps().isEmpty()) {
      reason = "job %s has no steps; it can only be forked at its beginning: name no step, or 0";
    } else if (seq > source.counters().events()) {
      reason = "job %s has come to event " + source.counters().events() + " only";
    } else if (events.isEmpty() || events.getFirst().seq() > 1) {
      reason = "the first events of job %s are not kept any more; fork it at a step";
    }
    if (reason != null) {
      throw MnException.precondition(reason.formatted(source.jobId()));
    }
  }

  private void addAgain(StepState step) {
    if (step.instances() >= 0 && !isAnyAgain(source.steps().parents(step))) {
      source.steps().instances(step).forEach(this::addAgain); // their items are known
    } else if (again.add(step.id())) {
      for (var edge : step.declared().outgoing()) {
        StepState child = source.steps().get(edge.to());
        source.steps().instances(child).forEach(instance -> again.add(instance.id()));
        addAgain(child);
      }
    }
  }

  private boolean isAnyAgain(List<StepState> steps) {
    return steps.stream().anyMatch(step -> again.contains(step.id()));
  }

  private Fork checked() {
    for (String id : inputs.keySet()) {
      boolean known =
          startsAnew()
              ? source.workflow().entrypoints().contains(id)
              : feeds(source.steps().get(id));
      if (!known && !(startsAnew() && source.steps().get(id) != null && isSource(id))) {
        throw MnException.invalid(
            startsAnew()
                ? "inputs: %s is no entrypoint; these are: %s"
                    .formatted(id, String.join(", ", source.workflow().entrypoints()))
                : "inputs: step %s does not start anew here".formatted(id));
      }
    }
    return this;
  }

  private boolean isSource(String stepId) {
    return stepId.equals(source.steps().graph().source());
  }

  private boolean startsAnew() {
    return again.containsAll(source.steps().graph().steps().keySet());
  }

  /** Whether the step starts at once, with the message it had in the source job. */
  private boolean feeds(StepState step) {
    return step != null
        && again.contains(step.id())
        && step.input() != null
        && !isAnyAgain(source.steps().parents(step));
  }

  public String sourceJobId() {
    return source.jobId();
  }

  public ForkPoint from() {
    Place place = at.isTextual() ? Place.atStep(at.textValue()) : Place.atEvent(at.asLong());
    return new ForkPoint(source.jobId(), place);
  }

  /** The requested step, as a text, or event number. */
  JsonNode at() {
    return at;
  }

  // ---- the new job

  /**
   * The state before the first turn, with all that is taken over.
   *
   * @param workflow with the same graph as that of the source
   */
  JobState state(NewJob job, Workflow workflow, String by, long now, int inlineLimit) {
    JobOrigin before = source.header().origin();
    JobOrigin origin = JobOrigin.of(now, RunId.of(job.jobId()), job.bundle()).copiesOf(before);
    JobHeader header = new JobHeader(origin.forkedFrom(from())).submittedBy(by);
    JobState state = new JobState(job.jobId(), workflow, header, inlineLimit);
    if (!startsAnew()) {
      new ForkedState(source, again, state).takeOver();
    }
    return state;
  }

  /** Starts the steps that run again. */
  @Override
  public void begin(JobState state, Turn turn, Ledger ledger, GraphRounds rounds) {
    ObjectNode members = Json.object().put("source_job_id", source.jobId()).set("at", at);
    turn.event("job_forked_from", members);
    if (startsAnew()) {
      rounds.seed(ledger, inputs);
      return;
    }
    for (StepState step : source.steps().all().stream().filter(this::feeds).toList()) {
      String id = DerivedId.of(state.jobId(), "fork " + step.id(), 0);
      ObjectNode json = ForkedState.readdressed(step.input(), state, id).json();
      if (inputs.containsKey(step.id())) {
        json.set("body", inputs.get(step.id()));
      }
      ledger.post(new Message(state.counters().nextMessage(), json));
    }
  }

  /** Copies the kept results of the source job into the state of the fork. */
  private static final class ForkedState {
    private final JobState source;
    private final Set<String> again;
    private final JobState state;

    /**
     * @param again steps and instances that run again
     * @param state of the new job, still empty
     */
    ForkedState(JobState source, Set<String> again, JobState state) {
      this.source = source;
      this.again = again;
      this.state = state;
    }

    void takeOver() {
      List.copyOf(source.steps().all()).forEach(this::takeOver);
      source.streamAgents().forEach(this::takeOver);
    }

    private void takeOver(StepState step) {
      if (again.contains(step.id()) || step.isInstance() && again.contains(step.declared().id())) {
        return;
      }
      if (step.instances() >= 0) {
        state.steps().scatter(state.steps().get(step.id()), step.instances());
      }
      StepState own = state.steps().get(step.id());
      own.inherit(step);
      if (step.input() != null) {
        own.inherit(readdressed(step.input(), state, step.input().id()));
      }
      if (step.output() != null) {
        own.produce(step.output());
      }
      state.changes().touch(own);
      state.steps().ended(own);
    }

    private void takeOver(AgentState agent) {
      List<StepState> served = source.steps().of(agent.id());
      if (!served.isEmpty() && isAllAgain(served)) {
        return;
      }
      AgentState own = state.agent(agent.id());
      agent.forEachCollected(
          (sender, body) -> {
            if (!isOfAgain(sender) && own.collect(sender, body)) {
              state.changes().collected(own, sender, body);
            }
          });
      own.inherit(agent, agent.fired() && own.collected().size() == agent.collected().size());
      for (Message message : agent.mailbox().messages()) {
        if (message.sourceStepId() == null || !again.contains(message.sourceStepId())) {
          state.mailboxes().enqueue(own.mailbox(), readdressed(message, state, message.id()));
        }
      }
      state.changes().touch(own);
    }

    private boolean isAllAgain(List<StepState> steps) {
      return steps.stream().allMatch(step -> again.contains(step.id()));
    }

    private boolean isOfAgain(String sender) {
      int space = sender.indexOf(' ');
      return space > 0 && again.contains(sender.substring(space + 1));
    }

    /** The same message for the new job. */
    static Message readdressed(Message message, JobState state, String id) {
      ObjectNode json = Json.object();
      json.setAll(message.json());
      ObjectNode envelope = json.get("envelope").deepCopy();
      json.set("envelope", envelope.put("job_id", state.jobId()).put("message_id", id));
      return new Message(state.counters().nextMessage(), json);
    }
  }
}
