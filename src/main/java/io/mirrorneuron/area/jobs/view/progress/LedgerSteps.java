package io.mirrorneuron.area.jobs.view.progress;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.area.jobs.view.stored.Errors;
import io.mirrorneuron.area.jobs.view.stored.Texts;
import io.mirrorneuron.wire.Timestamps;
import java.util.Map;

/** Puts what the step ledger says, {@code grpc.md} section 5.4, over what events have told. */
final class LedgerSteps {
  private LedgerSteps() {}

  /**
   * @param steps by id; changed
   * @param ledger its member {@code steps}
   */
  static void over(Map<String, ShownStep> steps, JsonNode ledger) {
    for (var entry : ledger.properties()) {
      JsonNode tracked = entry.getValue();
      ShownStep template = steps.get(tracked.path("template").asText());
      ShownStep step = steps.get(entry.getKey());
      if (template != null) {
        enter(template.instance(entry.getKey()), tracked);
      } else if (step != null) {
        enter(step.own, tracked);
        if (!step.isScattered()) {
          follow(step, tracked);
        }
      }
    }
    steps.values().stream().filter(ShownStep::isScattered).forEach(ShownStep::followWorkers);
  }

  /** Who works alone for a step is as far as the step; of several, those end that have not yet. */
  private static void follow(ShownStep step, JsonNode tracked) {
    boolean alone = step.workers().size() == 1;
    for (WorkState worker : step.workers()) {
      if (alone) {
        enter(worker, tracked);
      } else if (step.own.status.isOver()) {
        worker.close(step.own.status, step.own.endedAt);
      } else if (step.own.status == StepStatus.PENDING) {
        worker.status = StepStatus.PENDING;
      }
    }
  }

  private static void enter(WorkState track, JsonNode tracked) {
    String word = tracked.path("status").asText();
    StepStatus now = word.equals("ready") ? StepStatus.READY : StepStatus.of(word, false);
    track.status = now == null ? track.status : now;
    track.startedAt = time(tracked, "started_at");
    track.endedAt = time(tracked, "ended_at");
    track.lastEventAt = Math.max(track.lastEventAt, time(tracked, "last_event_at"));
    track.retryAt = time(tracked, "retry_at");
    track.deadlineAt = time(tracked, "deadline_at");
    track.heartbeatDeadlineAt = time(tracked, "heartbeat_deadline_at");
    track.attempt = tracked.path("attempt_count").asInt();
    track.attemptId = Texts.of(attempt(tracked), "attempt_id");
    track.failure = null;
    track.reason = Texts.of(tracked, "terminal_reason");
    switch (track.status) {
      case FAILED, PARTIAL, RETRY_WAIT -> explain(track, tracked);
      case DONE -> track.progress = 1;
      case PENDING -> track.progress = 0;
      default -> {
        // as far as its events say
      }
    }
  }

  private static void explain(WorkState track, JsonNode tracked) {
    boolean isOver = tracked.hasNonNull("terminal_error");
    track.failure =
        Errors.of(
            tracked.path(isOver ? "terminal_error" : "last_error"),
            new Errors.Origin("runtime.failure", track.lastEventAt, 0, null, null));
    if (track.reason == null && track.failure != null) {
      track.reason = Texts.of(track.failure, "desc");
    }
  }

  /** The present attempt, else the last one. */
  private static JsonNode attempt(JsonNode tracked) {
    JsonNode attempts = tracked.path("attempts");
    JsonNode present = tracked.path("current_attempt");
    return present.isObject() ? present : attempts.path(attempts.size() - 1);
  }

  private static long time(JsonNode tracked, String name) {
    String text = Texts.of(tracked, name);
    return text == null ? 0 : Timestamps.millis(text);
  }
}
