package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Timestamps;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The state of a step, an agent or an instance by its events. Times in milliseconds since the
 * epoch; 0 is none.
 */
final class WorkState {
  private static final double BEGUN = 0.1;
  private static final double EACH_EVENT = 0.06;
  private static final double NEARLY = 0.95;

  final String id;
  StepStatus status = StepStatus.PENDING;
  long startedAt;
  long endedAt;
  long lastEventAt;
  long retryAt;
  long deadlineAt;
  long heartbeatDeadlineAt;

  /** 0 before the first. */
  int attempt;

  String attemptId;
  String reason;

  /** An {@code mn.error.v1} object, or null. */
  ObjectNode failure;

  /** From 0 to 1. */
  double progress;

  /** Last values reported by events; null when unknown. */
  Double tokens;

  Double tools;
  Double mailboxDepth;
  String model;
  String role;
  String workingOn;

  /** The last ones, oldest first. */
  private final Deque<Activity> activities;

  WorkState(String id) {
    this.id = id;
    this.activities = new ArrayDeque<>(1);
  }

  private WorkState(WorkState other) {
    id = other.id;
    status = other.status;
    startedAt = other.startedAt;
    endedAt = other.endedAt;
    lastEventAt = other.lastEventAt;
    retryAt = other.retryAt;
    deadlineAt = other.deadlineAt;
    heartbeatDeadlineAt = other.heartbeatDeadlineAt;
    attempt = other.attempt;
    attemptId = other.attemptId;
    reason = other.reason;
    failure = other.failure;
    progress = other.progress;
    tokens = other.tokens;
    tools = other.tools;
    mailboxDepth = other.mailboxDepth;
    model = other.model;
    role = other.role;
    workingOn = other.workingOn;
    activities = other.activities;
  }

  /** A copy that can be changed independently; the activities are shared. */
  WorkState copy() {
    return new WorkState(this);
  }

  Deque<Activity> activities() {
    return activities;
  }

  void start(long at) {
    if (status == StepStatus.RUNNING) {
      return;
    }
    status = StepStatus.RUNNING;
    startedAt = startedAt == 0 ? at : startedAt;
    endedAt = 0;
    retryAt = 0;
    reason = null;
    failure = null;
    progress = progress >= 1 ? BEGUN : Math.max(BEGUN, progress);
  }

  /** Raises the progress of running work after another event. */
  void goOn() {
    if (status == StepStatus.RUNNING) {
      progress = Math.max(progress, Math.min(NEARLY, progress + EACH_EVENT));
    }
  }

  /** Ends the work or makes it idle. */
  void end(StepStatus how, long at) {
    status = how;
    endedAt = how.isOver() ? at : 0;
    retryAt = 0;
    heartbeatDeadlineAt = 0;
    if (how == StepStatus.DONE) {
      progress = 1;
      failure = null;
    }
  }

  void fail(StepStatus how, ObjectNode error, long at) {
    end(how, at);
    failure = error;
    reason = error == null ? reason : error.path("desc").asText();
  }

  /** Its parent steps are complete. */
  void ready() {
    status = status == StepStatus.PENDING ? StepStatus.IDLE : status;
  }

  void block(String why, long at) {
    end(StepStatus.BLOCKED, at);
    reason = why;
  }

  boolean isAtWork() {
    return status == StepStatus.RUNNING || status == StepStatus.PAUSING;
  }

  void hold(StepStatus how) {
    if (isAtWork()) {
      status = how;
    }
  }

  void release() {
    if (status == StepStatus.PAUSED || status == StepStatus.PAUSING) {
      status = StepStatus.RUNNING;
    }
  }

  void close(StepStatus how, long at) {
    if (!status.isOver()) {
      end(how, at);
    }
  }

  /** Takes the attempt's data from the event. */
  void attempt(JobEvent event) {
    Double number = event.number("attempt");
    attempt = number == null ? attempt : number.intValue();
    attemptId = or(event.text("attempt_id"), attemptId);
    retryAt = time(event.text("retry_at"), 0);
    deadlineAt = time(event.text("deadline_at"), deadlineAt);
    heartbeatDeadlineAt = time(event.text("heartbeat_deadline_at"), heartbeatDeadlineAt);
  }

  /** Takes values that the event states explicitly, which override derived ones. */
  void listen(JobEvent event) {
    if (!event.payload().isObject()) {
      return;
    }
    Double reported = event.payload().has("progress") ? event.number("progress") : null;
    if (reported != null) {
      progress = Math.clamp(reported > 1 ? reported / 100 : reported, 0, 1);
    }
    tokens = or(event.number("tokens", "total_tokens"), tokens);
    tools = or(event.number("tools", "tool_calls"), tools);
    mailboxDepth = or(event.number("mailbox_depth"), mailboxDepth);
    model = or(event.text("model"), model);
    role = or(event.text("role"), role);
    workingOn = or(event.text("working_on"), workingOn);
  }

  private static <T> T or(T first, T second) {
    return first == null ? second : first;
  }

  private static long time(String text, long otherwise) {
    return text == null ? otherwise : Timestamps.millis(text);
  }
}
