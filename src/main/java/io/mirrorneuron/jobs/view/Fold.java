package io.mirrorneuron.jobs.view;

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
 * What the events of a job tell of its progress, {@code rest.md} section 9.4. Takes one event after
 * another, in the order of their numbers; where it stops in between makes no difference. What it
 * keeps is bounded by the plan, not by the number of events. Confined to whoever holds it.
 */
final class Fold {
  private static final int MESSAGES = 6;
  private static final int RECENT = 25;
  private static final int ACTIVITIES_OF_ONE = 8;
  private static final int ACTIVITIES = 2000;
  private static final int MESSAGE_CHARS = 320;
  private static final Set<String> NAMED =
      Set.of("job_scheduled", "job_running", "workflow_graph_compiled");
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
  private final Map<String, StepTrack> steps = new LinkedHashMap<>();
  private final Map<String, StepTrack> stepOfAgent = new HashMap<>();
  private final Map<String, String> agentBySuffix = new HashMap<>();
  private final Map<String, List<StepTrack>> byEmitted = new HashMap<>();
  private final Deque<String> messages = new ArrayDeque<>();
  private final Deque<ObjectNode> recent = new ArrayDeque<>();
  private final Set<Track> touched = new LinkedHashSet<>();
  private int tracks;
  private String status = "submitting";
  private StepTrack current;
  private ObjectNode failure;
  private String traceId;
  private long firstAt;
  private long lastAt;
  private long endedAt;
  private long count;

  Fold(Plan plan) {
    this.plan = plan;
    for (Plan.Step step : plan.steps().values()) {
      StepTrack track = new StepTrack(step);
      steps.put(step.id(), track);
      for (Plan.Worker worker : step.workers()) {
        stepOfAgent.putIfAbsent(worker.id(), track);
        agentBySuffix.putIfAbsent(suffix(worker.id()), worker.id());
      }
      if (step.emits() != null) {
        byEmitted.computeIfAbsent(step.emits(), type -> new ArrayList<>()).add(track);
      }
      tracks += 1 + step.workers().size();
    }
  }

  Collection<StepTrack> steps() {
    return steps.values();
  }

  /** The word that the events come to; {@code submitting} before the first. */
  String status() {
    return status;
  }

  /** The step that began last, or null. */
  String currentStep() {
    return current == null ? null : current.plan.id();
  }

  /** The last failure that an event told, or null. */
  ObjectNode failure() {
    return failure;
  }

  String traceId() {
    return traceId;
  }

  /** Milliseconds since the epoch; 0 before the first event. */
  long firstAt() {
    return firstAt;
  }

  /** 0 while no event has ended the job. */
  long endedAt() {
    return endedAt;
  }

  long count() {
    return count;
  }

  Collection<String> messages() {
    return messages;
  }

  /** Short forms of the last events, oldest first. */
  Collection<ObjectNode> recent() {
    return recent;
  }

  /** How many records are held, at most. */
  int weight() {
    return tracks * (1 + activitiesOfOne());
  }

  private int activitiesOfOne() {
    return Math.min(ACTIVITIES_OF_ONE, ACTIVITIES / tracks);
  }

  /** Takes what came; nothing of the events is held afterwards. */
  void applyAll(Collection<JobEvent> events) {
    events.forEach(this::apply);
    touched.forEach(track -> track.activities().forEach(Activity::json));
    touched.clear();
  }

  private void apply(JobEvent event) {
    long told = event.at();
    lastAt = told == 0 ? lastAt : told;
    firstAt = firstAt == 0 ? lastAt : firstAt;
    count++;
    String type = event.type();
    StepTrack step = step(event);
    Track worker = worker(event, step);
    touch(event, step, worker);
    if (type.startsWith("job_")) {
      job(type);
    } else if (step != null) {
      workOn(event, type, step, worker);
    }
    for (StepTrack emitting : byEmitted.getOrDefault(type, List.of())) {
      emitting.workers().forEach(one -> one.end(StepStatus.DONE, lastAt));
      emitting.own.end(StepStatus.DONE, lastAt);
      emitting.plan.next().stream().map(steps::get).forEach(this::start);
    }
    note(event, step, worker);
  }

  // ---- whom it is about

  private StepTrack step(JobEvent event) {
    String id = event.stepId();
    if (id != null) {
      StepTrack named = steps.get(id);
      String template = named == null ? StepTrack.template(id) : null;
      StepTrack found = template == null ? named : steps.get(template);
      if (found != null) {
        return found;
      }
    }
    String agent = event.agentId();
    return agent == null ? null : stepOfAgent.get(known(agent));
  }

  private Track worker(JobEvent event, StepTrack step) {
    if (step == null) {
      return null;
    }
    String id = event.stepId();
    if (id != null && !steps.containsKey(id) && StepTrack.template(id) != null) {
      tracks += step.worker(id) == null ? 1 : 0;
      return step.instance(id);
    }
    String agent = event.agentId();
    return agent == null ? null : step.worker(known(agent));
  }

  private String known(String agent) {
    if (stepOfAgent.containsKey(agent)) {
      return agent;
    }
    String bySuffix = agentBySuffix.get(suffix(agent));
    return bySuffix == null ? agent : bySuffix;
  }

  private static String suffix(String id) {
    return id.substring(id.lastIndexOf(':') + 1);
  }

  // ---- what it says

  private void touch(JobEvent event, StepTrack step, Track worker) {
    if (step == null) {
      return;
    }
    step.own.lastEventAt = lastAt;
    if (worker != null) {
      worker.lastEventAt = lastAt;
      worker.goOn();
      override(event, worker);
    } else {
      step.workers().forEach(Track::goOn);
    }
  }

  /** What an event says outright goes before what is made of it. */
  private static void override(JobEvent event, Track worker) {
    if (event.payload().isObject()) {
      Double progress = event.payload().has("progress") ? event.number("progress") : null;
      if (progress != null) {
        worker.progress = Math.clamp(progress > 1 ? progress / 100 : progress, 0, 1);
      }
      worker.tokens = or(event.number("tokens", "total_tokens"), worker.tokens);
      worker.tools = or(event.number("tools", "tool_calls"), worker.tools);
      worker.mailboxDepth = or(event.number("mailbox_depth"), worker.mailboxDepth);
      worker.model = or(event.text("model"), worker.model);
      worker.role = or(event.text("role"), worker.role);
      worker.workingOn = or(event.text("working_on"), worker.workingOn);
    }
  }

  private static <T> T or(T first, T second) {
    return first == null ? second : first;
  }

  private void job(String type) {
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
        steps.values().forEach(Fold::goOn);
      }
      case "job_completed" -> finish("completed");
      case "job_failed" -> finish("failed");
      case "job_cancelled" -> finish("cancelled");
      default -> {
        // says nothing of how far the job is
      }
    }
  }

  private void begin(String word) {
    status = word;
    if (!plan.isLasting()) {
      start(current == null ? steps.get(plan.layers().getFirst().getFirst()) : current);
    }
  }

  private void hold(String word, StepStatus how) {
    status = word;
    for (StepTrack step : steps.values()) {
      step.workers().stream().filter(Fold::isAtWork).forEach(worker -> worker.status = how);
      if (isAtWork(step.own)) {
        step.own.status = how;
      }
    }
  }

  private static boolean isAtWork(Track track) {
    return track.status == StepStatus.RUNNING || track.status == StepStatus.PAUSING;
  }

  private static void goOn(StepTrack step) {
    for (Track worker : step.workers()) {
      goOn(worker);
    }
    goOn(step.own);
  }

  private static void goOn(Track track) {
    if (track.status == StepStatus.PAUSED || track.status == StepStatus.PAUSING) {
      track.status = StepStatus.RUNNING;
    }
  }

  private void finish(String word) {
    status = word;
    endedAt = lastAt;
    steps.values().forEach(step -> step.close(word, lastAt));
  }

  private void start(StepTrack step) {
    if (step == null) {
      return;
    }
    current = step;
    step.own.start(lastAt);
    if (step.workers().stream().noneMatch(Fold::isAtWork)) {
      step.workers().stream()
          .filter(worker -> worker.status == StepStatus.PENDING)
          .findFirst()
          .ifPresent(worker -> worker.start(lastAt));
    }
  }

  private void startWorker(StepTrack step, Track worker) {
    current = step;
    step.own.start(lastAt);
    if (worker != null) {
      worker.start(lastAt);
    }
  }

  private void workOn(JobEvent event, String type, StepTrack step, Track worker) {
    Track subject = step.isScattered() && worker != null ? worker : step.own;
    switch (type) {
      case "workflow_step_started", "blueprint_phase_started" -> start(step);
      case "workflow_step_attempt_started", "workflow_step_beacon" -> {
        startWorker(step, worker);
        attempt(event, step, worker);
      }
      case "workflow_step_ready" -> {
        if (subject.status == StepStatus.PENDING) {
          subject.status = StepStatus.IDLE;
        }
      }
      case "workflow_step_completed", "blueprint_phase_completed" ->
          over(
              step,
              worker,
              plan.isLasting() && isAtWork(step.own) ? StepStatus.IDLE : StepStatus.DONE);
      case "workflow_step_partial" -> over(step, worker, StepStatus.PARTIAL);
      case "workflow_step_skipped" -> {
        if (!"mapped".equals(event.ownText("outcome"))) { // its instances are at work
          over(step, worker, StepStatus.SKIPPED);
        }
      }
      case "workflow_step_failed", "blueprint_phase_failed", "workflow_step_timed_out" -> {
        over(step, worker, StepStatus.FAILED);
        failed(event, subject, StepStatus.FAILED);
      }
      case "workflow_step_attempt_timed_out", "workflow_step_attempt_retry_scheduled" -> {
        wait(step, worker, StepStatus.RETRY_WAIT);
        attempt(event, step, worker);
        failed(event, subject, StepStatus.RETRY_WAIT);
        subject.retryAt = time(event, "retry_at", 0);
      }
      case "workflow_step_blocked", "workflow_message_dead_lettered" -> {
        wait(step, null, StepStatus.BLOCKED);
        subject.reason = event.text("reason");
      }
      default -> agentAtWork(event, type, step, worker);
    }
  }

  private void agentAtWork(JobEvent event, String type, StepTrack step, Track worker) {
    switch (type) {
      case "agent_beacon", "workflow_worker_started" -> startWorker(step, worker);
      case "agent_beacon_missed", "sandbox_job_failed" -> {
        if (worker != null) {
          failed(event, worker, StepStatus.FAILED);
        }
        failed(event, step.own, StepStatus.FAILED);
      }
      case "workflow_step_attempt_completed", "sandbox_job_completed" -> done(step, worker);
      case "agent_message_received", "aggregator_received" -> receive(event, step, worker);
      default -> {
        if (plan.isLasting()) {
          serve(type, step, worker);
        }
      }
    }
  }

  /** In a batch job who sent the message is at work, too, when the event names no receiver. */
  private void receive(JobEvent event, StepTrack step, Track worker) {
    if (worker == null && !step.isScattered()) {
      String sender = event.text("from_agent", "from_node", "source");
      startWorker(step, sender == null ? null : step.worker(known(sender)));
    } else if (worker != null) {
      startWorker(step, worker);
    }
  }

  private void serve(String type, StepTrack step, Track worker) {
    if (type.equals("executor_lease_requested") || type.equals("executor_lease_acquired")) {
      startWorker(step, worker);
    } else if (type.equals("route_selected") || type.equals("route_evaluated")) {
      over(step, worker, StepStatus.DONE);
    } else if (type.equals("executor_lease_released")
        || LOOKS_FINISHED.stream().anyMatch(type::endsWith)
        || type.contains("completed")
        || type.contains("observed")
        || type.contains("idle")) {
      over(step, worker, StepStatus.IDLE);
    }
  }

  private void done(StepTrack step, Track worker) {
    StepStatus how = plan.isLasting() ? StepStatus.IDLE : StepStatus.DONE;
    if (worker != null) {
      worker.end(how, lastAt);
    }
    if (step.workers().stream().allMatch(one -> one.status == how || one.status.isOver())) {
      step.own.end(how, lastAt);
    }
  }

  /** Of a scattered step only the instance is over, and the step with the last one. */
  private void over(StepTrack step, Track worker, StepStatus how) {
    if (step.isScattered() && worker != null) {
      worker.end(how, lastAt);
      if (step.workers().stream().allMatch(one -> one.status.isOver())) {
        step.own.end(how, lastAt);
      }
      return;
    }
    step.workers().stream()
        .filter(one -> !one.status.isOver() || one == worker)
        .forEach(one -> one.end(how, lastAt));
    step.own.end(how, lastAt);
  }

  private void wait(StepTrack step, Track worker, StepStatus how) {
    if (step.isScattered() && worker != null) {
      worker.end(how, lastAt);
      return;
    }
    if (worker != null) {
      worker.end(how, lastAt);
    }
    step.own.end(how, lastAt);
  }

  private void failed(JobEvent event, Track subject, StepStatus how) {
    ObjectNode error = Errors.of(event);
    subject.fail(how, error, lastAt);
    failure = error == null ? failure : error;
  }

  private static void attempt(JobEvent event, StepTrack step, Track worker) {
    for (Track track :
        step.isScattered() || worker == null ? tracks(step, worker) : List.of(step.own, worker)) {
      Double number = event.number("attempt");
      track.attempt = number == null ? track.attempt : number.intValue();
      track.attemptId = or(event.text("attempt_id"), track.attemptId);
      track.deadlineAt = time(event, "deadline_at", track.deadlineAt);
      track.heartbeatDeadlineAt = time(event, "heartbeat_deadline_at", track.heartbeatDeadlineAt);
    }
  }

  private static List<Track> tracks(StepTrack step, Track worker) {
    return List.of(worker == null ? step.own : worker);
  }

  private static long time(JobEvent event, String name, long otherwise) {
    String text = event.text(name);
    return text == null ? otherwise : Times.millis(text);
  }

  // ---- what is remembered of it

  private void note(JobEvent event, StepTrack step, Track worker) {
    String type = event.type();
    String stepId = step == null ? null : step.plan.id();
    traceId = or(traceId, traceOf(event));
    if (type.startsWith("workflow_step_") && step != null
        || type.startsWith("job_")
        || type.startsWith("blueprint_")
        || NAMED.contains(type)) {
      push(
          messages,
          Sentences.of(
              event, worker != null && step.isScattered() ? worker.id : stepId, MESSAGE_CHARS),
          MESSAGES);
    }
    push(recent, shortForm(event, stepId), RECENT);
    if (step != null) {
      Activity activity =
          new Activity(event, worker != null && step.isScattered() ? worker.id : stepId);
      remember(step.own, activity);
      if (worker != null) {
        remember(worker, activity);
      }
    }
  }

  private void remember(Track track, Activity activity) {
    push(track.activities(), activity, activitiesOfOne());
    touched.add(track);
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
    put(json, "step", event.stepId() == null ? stepId : event.stepId());
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
}
