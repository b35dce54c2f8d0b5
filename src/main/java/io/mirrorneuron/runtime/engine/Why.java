package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.engine.Executions.QueuePlace;
import io.mirrorneuron.runtime.manifest.Workflow.AgentType;
import io.mirrorneuron.runtime.manifest.Workflow.Edge;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Why a job is where it is: for the job, and for each step that is open and each agent that has
 * something to do, the shortest true sentence. Each is read from a record of the job, which it
 * names by its place in the job's full detail; nothing is guessed.
 */
final class Why {
  private static final int SHOWN = 25;
  private static final int EXPLAINED = 200;

  private final JobState state;
  private final long now;
  private final Function<String, Optional<QueuePlace>> queue;
  private final ArrayNode explanations = Json.MAPPER.createArrayNode();
  private int unexplained;

  /**
   * @param queue where an execution waits for slots, as far as this node knows
   */
  Why(JobState state, long now, Function<String, Optional<QueuePlace>> queue) {
    this.state = state;
    this.now = now;
    this.queue = queue;
  }

  /**
   * {@code {job_id, status, summary, explanations: [{subject: {kind, id}, state, cause, text,
   * record, …}], more?}}.
   */
  ObjectNode document() {
    job();
    if (!state.status().isTerminal()) {
      state.steps.all().stream().filter(step -> !step.isTerminal()).forEach(this::step);
      Stream.concat(state.waiting().stream(), collecting())
          .filter(mailbox -> mailbox.step == null)
          .distinct()
          .forEach(this::mailbox);
    }
    ObjectNode document = Json.object().put("job_id", state.jobId);
    document.put("status", state.status().word());
    document.put("summary", summary());
    document.set("explanations", explanations);
    if (unexplained > 0) {
      document.put("more", unexplained);
    }
    return document;
  }

  /** What the job itself says, else the first thing that goes on in it. */
  private String summary() {
    return explanations.isEmpty()
        ? "job is " + state.status().word()
        : explanations.get(0).path("text").asText();
  }

  // ---- the job

  private void job() {
    JobHeader header = state.header;
    switch (state.status()) {
      case COMPLETED -> explainJob("ended", "the job is completed", "job.result");
      case CANCELLED -> explainJob("ended", "an operator cancelled the job", "job.result");
      case FAILED ->
          explainJob(
              "failed",
              "the job failed: " + header.failure().path("desc").asText(),
              "job.result.error");
      case PAUSED -> paused();
      case PAUSING, CANCELLING ->
          explainJob(
              "stopping",
              "the job is being stopped: programs of %d executions have to end"
                  .formatted(state.schedule.flying()),
              "job.status");
      default -> running();
    }
  }

  private void paused() {
    ObjectNode recovery = state.header.recovery();
    if (recovery == null) {
      explainJob("paused", "an operator paused the job; resume it", "job.status")
          .put("since", time(state.header.pausedAt()));
    } else {
      explainJob(
          "review",
          "the job waits for a person: " + recovery.path("reason").asText() + "; resume it",
          "job.recovery");
    }
  }

  private void running() {
    JobHeader header = state.header;
    if (header.pendingCompletion() != null) {
      explainJob(
          "completion_deferred",
          "agent %s has asked for completion; open steps have to end first"
              .formatted(header.pendingCompletion().path("agent_id").asText()),
          "job.pending_workflow_completion");
    }
    if (header.nextRoundAt() != 0) {
      explainJob("next_round", "all is done; the service begins again", "job.next_round_at")
          .put("until", time(header.nextRoundAt()));
    }
    if (!header.unrouted().isEmpty()) {
      explainJob(
          "unrouted",
          "messages of type %s had no edge to go along"
              .formatted(String.join(", ", header.unrouted())),
          "job.unrouted_types");
    }
  }

  // ---- steps

  private void step(StepState step) {
    switch (step.status) {
      case PENDING, BLOCKED -> parents(step);
      case READY -> ready(step);
      case RETRY_WAIT ->
          explain(
                  step,
                  "retry",
                  "waits for its next attempt; attempt %d failed: %s"
                      .formatted(step.attempt - 1, step.error.path("desc").asText()))
              .put("until", time(step.inputMailbox().notBefore));
      default -> work(step);
    }
  }

  private void parents(StepState step) {
    List<StepState> open =
        state.steps.parents(step).stream().filter(parent -> !parent.isTerminal()).toList();
    String names = String.join(", ", open.stream().limit(SHOWN).map(parent -> parent.id).toList());
    String rule = step.step.trigger().rule().name().toLowerCase(Locale.ROOT);
    ObjectNode one =
        explain(
            step,
            "parents",
            "waits for %s (rule %s)%s"
                .formatted(names, rule, step.hasMessage() ? "; its message is there" : ""));
    open.stream().limit(SHOWN).forEach(parent -> one.withArray("waiting_for").add(parent.id));
  }

  private void ready(StepState step) {
    List<String> busy = new Upstream(state).busy(step);
    ObjectNode one =
        explain(
            step,
            "message",
            busy.isEmpty()
                ? "may start, and is about to"
                : "may start; its message is still with agent " + String.join(", ", busy));
    busy.forEach(one.withArray("waiting_for")::add);
  }

  private void work(StepState step) {
    List<Mailbox> flying =
        step.mailboxes.values().stream().filter(mailbox -> mailbox.flight != null).toList();
    flying.forEach(mailbox -> flight(explainer(step), mailbox));
    if (!flying.isEmpty()) {
      return;
    }
    Mailbox mailbox = step.inputMailbox();
    int most = state.steps.graph().maxParallel();
    if (step.status == StepState.Status.RUNNING) {
      collecting(explainer(step), mailbox.owner, step.deadlineAt);
    } else if (most > 0 && state.schedule.flyingSteps() >= most) {
      explain(step, "max_parallel", "waits until fewer than %d steps are at work".formatted(most));
    } else if (mailbox.owner.flying > 0) {
      explain(
          step,
          "agent_busy",
          "waits for agent %s, which is at work for another step".formatted(id(mailbox.owner)));
    } else {
      explain(step, state.isRunning() ? "starting" : "paused", "is about to start");
    }
  }

  // ---- agents

  private Stream<Mailbox> collecting() {
    return state
        .streamAgents()
        .filter(agent -> agent.agent.type() == AgentType.AGGREGATOR)
        .filter(agent -> !agent.fired && !agent.collected.isEmpty())
        .filter(agent -> state.steps.of(id(agent)).isEmpty())
        .map(agent -> agent.mailbox);
  }

  private void mailbox(Mailbox mailbox) {
    AgentState agent = mailbox.owner;
    Explainer explainer = explainer(agent);
    if (mailbox.flight != null) {
      flight(explainer, mailbox);
    } else if (mailbox.messages.isEmpty()) {
      collecting(explainer, agent, 0);
    } else if (mailbox.notBefore > now) {
      explainer
          .explain(
              "retry",
              agent.lastError == null
                  ? "starts later, as the manifest says"
                  : "waits for try %d: %s".formatted(mailbox.attempt, agent.lastError))
          .put("until", time(mailbox.notBefore));
    } else {
      receiver(agent)
          .ifPresentOrElse(
              full ->
                  explainer.explain(
                      "backpressure",
                      "is held back: %d messages wait for agent %s, at most %d may"
                          .formatted(
                              full.mailbox.messages.size(),
                              id(full),
                              full.agent.policies().backpressure().maxQueueDepth())),
              () -> explainer.explain("starting", "is about to take its next message"));
    }
  }

  private Optional<AgentState> receiver(AgentState agent) {
    return agent.agent.outgoing().stream()
        .map(Edge::to)
        .map(state::peek)
        .filter(receiver -> receiver != null && receiver != agent)
        .filter(receiver -> receiver.mailbox.pressure == Pressure.SATURATED)
        .findFirst();
  }

  private void flight(Explainer explainer, Mailbox mailbox) {
    Mailbox.Flight flight = mailbox.flight;
    String pool = mailbox.owner.agent.config().path("pool").asText("default");
    if (flight.parked()) {
      explainer.explain("paused", "had its program ended by the pause; it runs again on resume");
    } else if (flight.lease() != null) {
      ObjectNode one =
          explainer.explain(
              "running",
              "runs its program, attempt %d".formatted(mailbox.attempt)
                  + (flight.delivery() > 1 ? ", started " + flight.delivery() + " times" : ""));
      one.put("execution_id", flight.executionId());
      if (mailbox.step != null) {
        one.put("since", time(mailbox.step.attemptStartedAt));
        one.put("until", time(mailbox.step.deadlineAt));
      }
    } else {
      ObjectNode one =
          explainer.explain(
              "pool",
              queue
                  .apply(flight.executionId())
                  .map(
                      place ->
                          "is number %d of %d that wait for pool %s (%d of %d slots in use)"
                              .formatted(
                                  place.position(),
                                  place.length(),
                                  pool,
                                  place.inUse(),
                                  place.capacity()))
                  .orElse("waits for slots of pool " + pool));
      one.put("execution_id", flight.executionId()).put("pool", pool);
      queue
          .apply(flight.executionId())
          .ifPresent(place -> one.put("position", place.position()).put("length", place.length()));
    }
  }

  private void collecting(Explainer explainer, AgentState agent, long deadlineAt) {
    int wanted = agent.agent.config().path("complete_after").asInt();
    ObjectNode one =
        explainer.explain(
            "collecting",
            "has %d messages%s"
                .formatted(
                    agent.collected.size(),
                    wanted > 0 ? " and waits for " + wanted : ", and no number ends it"));
    if (deadlineAt != 0) {
      one.put("until", time(deadlineAt));
    }
  }

  // ---- writing

  /** Writes explanations of one subject. */
  private interface Explainer {
    ObjectNode explain(String cause, String text);
  }

  private Explainer explainer(StepState step) {
    return (cause, text) -> explain(step, cause, text);
  }

  private Explainer explainer(AgentState agent) {
    return (cause, text) ->
        add(
            "agent",
            id(agent),
            Activity.of(state, agent).status(),
            cause,
            "agent " + id(agent) + " " + text,
            "agents[" + id(agent) + "]");
  }

  private ObjectNode explain(StepState step, String cause, String text) {
    return add(
        "step",
        step.id,
        step.status.word(),
        cause,
        "step " + step.id + " " + text,
        "job.workflow_state.steps." + step.id);
  }

  private ObjectNode explainJob(String cause, String text, String record) {
    return add("job", state.jobId, state.status().word(), cause, text, record);
  }

  private ObjectNode add(
      String kind, String id, String word, String cause, String text, String record) {
    ObjectNode one = Json.object();
    one.putObject("subject").put("kind", kind).put("id", id);
    one.put("state", word).put("cause", cause).put("text", text).put("record", record);
    if (explanations.size() < EXPLAINED) {
      explanations.add(one);
    } else {
      unexplained++;
    }
    return one;
  }

  private static String id(AgentState agent) {
    return agent.agent.id();
  }

  private static String time(long millis) {
    return millis == 0 ? null : Json.timestamp(Instant.ofEpochMilli(millis));
  }
}
