package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the events of a job tell of its progress. Takes them in the order of their numbers, in
 * portions of any size. What it keeps is bounded by the plan, not by the number of events. Not
 * thread-safe.
 */
public final class EventDigest {
  private static final int MESSAGES = 6;
  private static final int RECENT = 25;
  private static final int ACTIVITIES_OF_ONE = 8;
  private static final int ACTIVITIES = 2000;
  private static final int MESSAGE_CHARS = 320;

  /** Events that make no message, since another one says the same better. */
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

  /** An event has ended the job. */
  public boolean hasEnded() {
    return JobRecord.isFinal(transitions.status());
  }

  /** The first that an event names, or null. */
  String traceId() {
    return traceId;
  }

  /** When the first event happened, in milliseconds since the epoch; 0 before it. */
  long firstAt() {
    return firstAt;
  }

  /** What people may read of the last events that count, oldest first. */
  Collection<String> messages() {
    return messages;
  }

  /** Short forms of the last events, oldest first. */
  Collection<ObjectNode> recent() {
    return recent;
  }

  /** An upper bound of the records that are held. */
  public int weight() {
    return subjects.size() * (1 + activitiesOfOne());
  }

  /** Takes events that follow those taken so far; they are not kept. */
  public void applyAll(List<JobEvent> events) {
    for (int i = 0; i < events.size(); i++) {
      apply(events.get(i), events.size() - i <= RECENT);
    }
    touched.forEach(track -> track.activities().forEach(Activity::json));
    touched.clear();
  }

  /**
   * @param isRecent whether few follow it for now
   */
  private void apply(JobEvent event, boolean isRecent) {
    long told = event.at();
    lastAt = told == 0 ? lastAt : told;
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
}
