package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Accumulates the progress of a job from its events. Takes them in the order of their numbers, in
 * portions of any size. Its size is bounded by the plan, not by the number of events. Not
 * thread-safe.
 */
public final class EventDigest {
  private static final int MESSAGES = 6;
  private static final int RECENT = 25;
  private static final int ACTIVITIES_OF_ONE = 8;
  private static final int ACTIVITIES = 2000;
  private static final int MESSAGE_CHARS = 320;

  /** Events without a message, because another event says the same better. */
  private static final Set<String> QUIET =
      Set.of(
          "workflow_step_triggered",
          "workflow_step_beacon",
          "workflow_step_attempt_completed",
          "workflow_step_duplicate_message_ignored",
          "workflow_step_stale_output_ignored");

  private final EventSubjects subjects;
  private final EventTransitions transitions;
  private final Deque<String> messages = new ArrayDeque<>();
  private final Deque<ObjectNode> recent = new ArrayDeque<>();
  private final Set<WorkState> touched = new LinkedHashSet<>();
  private String traceId;
  private long firstAt;
  private long lastAt;

  public EventDigest(Plan plan) {
    this.subjects = new EventSubjects(plan);
    this.transitions = new EventTransitions(plan, subjects);
  }

  Collection<ShownStep> steps() {
    return subjects.steps();
  }

  EventTransitions job() {
    return transitions;
  }

  /** Whether an event has ended the job. */
  public boolean hasEnded() {
    return JobRecord.isFinal(transitions.status());
  }

  /** The first trace id of the events, or null. */
  String traceId() {
    return traceId;
  }

  /** Time of the first event, in milliseconds since the epoch; 0 before it. */
  long firstAt() {
    return firstAt;
  }

  /** Messages for people of the last relevant events, oldest first. */
  Collection<String> messages() {
    return messages;
  }

  /** Short forms of the last events, oldest first. */
  Collection<ObjectNode> recent() {
    return recent;
  }

  /** An upper bound of the number of records held. */
  public int weight() {
    return subjects.size() * (1 + activitiesOfOne());
  }

  /** Takes the next events; does not keep them. */
  public void applyAll(List<JobEvent> events) {
    for (int i = 0; i < events.size(); i++) {
      apply(events.get(i), events.size() - i <= RECENT);
    }
    touched.forEach(track -> track.activities().forEach(Activity::json));
    touched.clear();
  }

  /**
   * @param isRecent whether few events of this portion follow it
   */
  private void apply(JobEvent event, boolean isRecent) {
    long reported = event.at();
    lastAt = reported == 0 ? lastAt : reported;
    firstAt = firstAt == 0 ? lastAt : firstAt;
    ShownStep step = subjects.stepOf(event);
    WorkState worker = subjects.workerOf(event, step);
    if (step != null) {
      step.own.lastEventAt = lastAt;
      if (worker == null) {
        step.workers().forEach(WorkState::goOn);
      } else {
        worker.lastEventAt = lastAt;
        worker.goOn();
        worker.listen(event);
      }
    }
    transitions.apply(event, lastAt, step, worker);
    String stepId = step == null ? null : step.subject(worker).id;
    if (isRecent) {
      push(recent, shortForm(event, stepId), RECENT);
    }
    remember(event, stepId, step, worker);
  }

  private void remember(JobEvent event, String stepId, ShownStep step, WorkState worker) {
    traceId = traceId == null ? traceOf(event) : traceId;
    String type = event.type();
    boolean ofStep = step != null && type.startsWith("workflow_step_") && !QUIET.contains(type);
    if (ofStep || type.startsWith("job_") || type.startsWith("blueprint_")) {
      push(messages, EventSentences.of(event, stepId, MESSAGE_CHARS), MESSAGES);
    }
    if (step != null && activitiesOfOne() > 0) {
      Activity activity = new Activity(event, stepId);
      remember(step.own, activity);
      if (worker != null) {
        remember(worker, activity);
      }
    }
  }

  private void remember(WorkState track, Activity activity) {
    push(track.activities(), activity, activitiesOfOne());
    touched.add(track);
  }

  private int activitiesOfOne() {
    return Math.min(ACTIVITIES_OF_ONE, ACTIVITIES / subjects.size());
  }

  private static String traceOf(JobEvent event) {
    String own = event.text("trace_id");
    String ofError = event.json().path("error").path("trace_id").asText("");
    return own != null || ofError.isEmpty() ? own : ofError;
  }

  private static ObjectNode shortForm(JobEvent event, String stepId) {
    ObjectNode json = Json.object().put("type", event.type());
    put(json, "timestamp", event.ownText("timestamp", "ts"));
    put(json, "agent_id", event.ownText("agent_id", "node_id"));
    put(json, "trace_id", event.text("trace_id"));
    ObjectNode error = Errors.of(event);
    if (error != null) {
      json.set("failure", Errors.brief(error));
    }
    put(json, "step", stepId == null ? event.stepId() : stepId);
    put(json, "worker", event.text("worker"));
    return json;
  }

  private static void put(ObjectNode json, String name, String value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  private static <T> void push(Deque<T> kept, T item, int most) {
    kept.add(item);
    while (kept.size() > most) {
      kept.remove();
    }
  }

  /**
   * Applies events to a job, its steps and their workers: the table of {@code rest.md} section 9.4.
   * For a step with a ledger they move the workers only, see {@link ShownStep}.
   */
  static final class EventTransitions {
    private static final List<String> LOOKS_FINISHED =
        List.of(
            "_completed",
            "_done",
            "_observed",
            "_updated",
            "_sent",
            "_skipped",
            "_error",
            "_failed",
            "_generated");

    private final Plan plan;
    private final EventSubjects subjects;
    private String status = "submitting";
    private ShownStep current;
    private ObjectNode failure;
    private long now;
    private long endedAt;

    EventTransitions(Plan plan, EventSubjects subjects) {
      this.plan = plan;
      this.subjects = subjects;
    }

    /** The status of the job by its events; {@code submitting} before the first. */
    String status() {
      return status;
    }

    /** The step that began last, or null. */
    String currentStep() {
      return current == null ? null : current.plan.id();
    }

    /** The last failure that an event reported, or null. */
    ObjectNode failure() {
      return failure;
    }

    /** In milliseconds since the epoch; 0 while no event has ended the job. */
    long endedAt() {
      return endedAt;
    }

    /**
     * @param at when it happened, in milliseconds since the epoch
     * @param step the event's step, or null
     * @param worker the event's worker, or null
     */
    void apply(JobEvent event, long at, ShownStep step, WorkState worker) {
      now = at;
      String type = event.type();
      if (type.startsWith("job_")) {
        job(event, type);
      } else if (step != null) {
        step(event, type, step, worker);
      }
      for (ShownStep emitting : subjects.emitting(type)) {
        emitting.end(null, StepStatus.DONE, now);
        emitting.plan.next().forEach(id -> start(subjects.step(id)));
      }
    }

    private void job(JobEvent event, String type) {
      switch (type) {
        case "job_pending" -> status = "preparing";
        case "job_validated" -> status = "validated";
        case "job_scheduled" -> begin("scheduled");
        case "job_running" -> begin("running");
        case "job_pausing" -> hold("pausing", StepStatus.PAUSING);
        case "job_paused" -> hold("paused", StepStatus.PAUSED);
        case "job_cancelling" -> status = "cancelling";
        case "job_resumed" -> {
          status = "running";
          subjects.steps().forEach(ShownStep::release);
        }
        case "job_completed" -> finish("completed");
        case "job_failed" -> {
          note(Errors.of(event));
          finish("failed");
        }
        case "job_cancelled" -> finish("cancelled");
        default -> {
          // does not change the progress of the job
        }
      }
    }

    private void begin(String word) {
      status = word;
      if (!plan.isLasting()) {
        start(current == null ? subjects.step(plan.layers().getFirst().getFirst()) : current);
      }
    }

    private void hold(String word, StepStatus how) {
      status = word;
      subjects.steps().forEach(step -> step.hold(how));
    }

    private void finish(String word) {
      status = word;
      endedAt = now;
      subjects.steps().forEach(step -> step.close(StepStatus.atEnd(word), now));
    }

    private void start(ShownStep step) {
      if (step != null) {
        current = step;
        step.start(now);
      }
    }

    private void start(ShownStep step, WorkState worker) {
      current = step;
      step.start(worker, now);
    }

    private void step(JobEvent event, String type, ShownStep step, WorkState worker) {
      switch (type) {
        case "workflow_step_started", "blueprint_phase_started" -> start(step);
        case "workflow_step_attempt_started", "workflow_step_beacon" -> {
          start(step, worker);
          step.attempt(worker, event);
        }
        case "workflow_step_ready" -> step.ready(worker);
        case "workflow_step_completed", "blueprint_phase_completed" ->
            step.end(
                worker,
                plan.isLasting() && step.isAtWork() ? StepStatus.IDLE : StepStatus.DONE,
                now);
        case "workflow_step_partial" -> step.end(worker, StepStatus.PARTIAL, now);
        case "workflow_step_skipped" -> {
          if (!"mapped".equals(event.ownText("outcome"))) { // then its instances are running
            step.end(worker, StepStatus.SKIPPED, now);
          }
        }
        case "workflow_step_failed", "blueprint_phase_failed", "workflow_step_timed_out" ->
            step.fail(worker, note(Errors.of(event)), now);
        case "workflow_step_attempt_timed_out", "workflow_step_attempt_retry_scheduled" -> {
          step.workerFailed(worker, StepStatus.RETRY_WAIT, note(Errors.of(event)), now);
          step.attempt(worker, event);
        }
        case "workflow_step_blocked", "workflow_message_dead_lettered" ->
            step.block(worker, event.text("reason"), now);
        default -> agent(event, type, step, worker);
      }
    }

    private void agent(JobEvent event, String type, ShownStep step, WorkState worker) {
      switch (type) {
        case "agent_beacon", "workflow_worker_started" -> start(step, worker);
        case "agent_beacon_missed", "sandbox_job_failed" ->
            step.workerFailed(worker, StepStatus.FAILED, note(Errors.of(event)), now);
        case "workflow_step_attempt_completed", "sandbox_job_completed" ->
            step.workerDone(worker, plan.isLasting() ? StepStatus.IDLE : StepStatus.DONE, now);
        case "agent_message_received", "aggregator_received" -> {
          if (worker != null) { // a message for a scattered step goes to an unknown instance
            start(step, worker);
          }
        }
        default -> {
          if (plan.isLasting()) {
            serve(type, step, worker);
          }
        }
      }
    }

    private void serve(String type, ShownStep step, WorkState worker) {
      if (type.equals("executor_lease_requested") || type.equals("executor_lease_acquired")) {
        start(step, worker);
      } else if (type.equals("route_selected") || type.equals("route_evaluated")) {
        step.end(worker, StepStatus.DONE, now);
      } else if (type.equals("executor_lease_released")
          || LOOKS_FINISHED.stream().anyMatch(type::endsWith)
          || type.contains("completed")
          || type.contains("observed")
          || type.contains("idle")) {
        step.end(worker, StepStatus.IDLE, now);
      }
    }

    private ObjectNode note(ObjectNode error) {
      failure = error == null ? failure : error;
      return error;
    }
  }

  /** Finds the step and the worker of an event. */
  static final class EventSubjects {
    private final Map<String, ShownStep> steps = new LinkedHashMap<>();
    private final Map<String, ShownStep> stepOfAgent = new HashMap<>();
    private final Map<String, String> agentBySuffix = new HashMap<>();
    private final Map<String, List<ShownStep>> byEmitted = new HashMap<>();
    private int size;

    EventSubjects(Plan plan) {
      for (Plan.Step step : plan.steps().values()) {
        ShownStep track =
            plan.truth() == Plan.Truth.LEDGER ? new ShownStep(step) : new UntrackedStep(step);
        steps.put(step.id(), track);
        for (Plan.Worker worker : step.workers()) {
          stepOfAgent.putIfAbsent(worker.id(), track);
          agentBySuffix.putIfAbsent(suffix(worker.id()), worker.id());
        }
        if (step.emits() != null) {
          byEmitted.computeIfAbsent(step.emits(), type -> new ArrayList<>()).add(track);
        }
        size += 1 + step.workers().size();
      }
    }

    Collection<ShownStep> steps() {
      return steps.values();
    }

    /** Null when unknown. */
    ShownStep step(String id) {
      return steps.get(id);
    }

    /** The steps that an event of this type completes. */
    List<ShownStep> emitting(String type) {
      return byEmitted.getOrDefault(type, List.of());
    }

    /** Number of steps and agents. */
    int size() {
      return size;
    }

    /** The step that the event names, else the step of its agent; or null. */
    ShownStep stepOf(JobEvent event) {
      String id = event.stepId();
      if (id != null) {
        String template = steps.containsKey(id) ? null : ShownStep.template(id);
        ShownStep found = steps.get(template == null ? id : template);
        if (found != null) {
          return found;
        }
      }
      String agent = agentIdOf(event);
      return agent == null ? null : stepOfAgent.get(known(agent));
    }

    /** The agent or instance of the event, or null. */
    WorkState workerOf(JobEvent event, ShownStep step) {
      if (step == null) {
        return null;
      }
      String id = event.stepId();
      if (id != null && step.plan.id().equals(ShownStep.template(id))) {
        size += step.worker(id) == null ? 1 : 0;
        return step.instance(id);
      }
      String agent = agentIdOf(event);
      return agent == null ? null : step.worker(known(agent));
    }

    /** The receiver of a message is the working agent; if unknown, the sender. */
    private static String agentIdOf(JobEvent event) {
      String agent = event.agentId();
      boolean isMessage =
          event.type().equals("agent_message_received")
              || event.type().equals("aggregator_received");
      return agent == null && isMessage ? event.text("from_agent", "from_node", "source") : agent;
    }

    private String known(String agent) {
      return stepOfAgent.containsKey(agent)
          ? agent
          : agentBySuffix.getOrDefault(suffix(agent), agent);
    }

    private static String suffix(String id) {
      return id.substring(id.lastIndexOf(':') + 1);
    }
  }
}
