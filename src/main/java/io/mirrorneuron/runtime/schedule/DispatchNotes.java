package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The dispatch records that a decision writes. */
final class DispatchNotes {
  static final String TOO_LATE =
      "its time had passed by more than its grace when a server looked: none ran, or the clock was"
          + " set forward";

  private final List<DispatchRecord> all = new ArrayList<>();
  private final String now;

  DispatchNotes(long now) {
    this.now = time(now);
  }

  List<DispatchRecord> all() {
    return List.copyOf(all);
  }

  static String time(Long millis) {
    return millis == null ? null : Json.timestamp(Instant.ofEpochMilli(millis));
  }

  private static String words(Due due) {
    return due.words() == null || due.words().isBlank() ? due.reason().word() : due.words();
  }

  void submitted(Due due, String jobId, Long windowEnd) {
    all.add(
        new DispatchRecord(
            due.dispatchId(),
            jobId,
            RunId.of(jobId),
            "submitted",
            time(due.at()),
            words(due),
            now,
            time(windowEnd),
            null,
            due.wasMissed() ? "it was missed, and is caught up" : null,
            due.eventId(),
            null,
            due.ofVersion()));
  }

  void failed(Due due, String why) {
    without(due, "failed", why);
  }

  void blocked(Due due, String why) {
    without(due, "blocked", why);
  }

  void skipped(Due due, String why) {
    without(due, "skipped", why);
  }

  private void without(Due due, String status, String why) {
    all.add(
        new DispatchRecord(
            due.dispatchId(),
            null,
            null,
            status,
            time(due.at()),
            words(due),
            now,
            null,
            null,
            why,
            due.eventId(),
            null,
            null));
  }

  void missed(String dispatchId, ScheduleWork.Reason reason, ComingTimes times) {
    all.add(
        new DispatchRecord(
            dispatchId,
            null,
            null,
            "missed",
            time(times.lastMissed()),
            reason.word(),
            now,
            null,
            null,
            TOO_LATE
                + (times.missed() == 1
                    ? ""
                    : "; so it was with the %s before it".formatted(times(times.missed() - 1))),
            null,
            Math.toIntExact(Math.min(times.missed(), Integer.MAX_VALUE)),
            null));
  }

  /** Writes one record for all times that a pause has skipped. */
  void skipped(String dispatchId, ComingTimes.Passed passed) {
    String others =
        passed.count() == 1 ? "" : "; so it was at the " + times(passed.count() - 1) + " before";
    String more = passed.isMore() ? ", and at others after it" : "";
    all.add(
        new DispatchRecord(
            dispatchId,
            null,
            null,
            "skipped",
            time(passed.last()),
            ScheduleWork.Reason.PERIODIC.word(),
            now,
            null,
            null,
            "the schedule was paused" + others + more,
            null,
            null,
            null));
  }

  private static String times(long count) {
    return count == 1 ? "time" : count + " times";
  }

  void closed(Child child) {
    all.add(
        new DispatchRecord(
            child.dispatchId(),
            child.jobId(),
            RunId.of(child.jobId()),
            "window_closed",
            null,
            null,
            now,
            time(child.windowEnd()),
            now,
            "its window has ended",
            null,
            null,
            null));
  }
}
