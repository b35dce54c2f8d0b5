package io.mirrorneuron.launch;

import io.mirrorneuron.launch.LaunchRecord.LaunchEvent;
import io.mirrorneuron.launch.LaunchRecord.Phase;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The events of one launch, stored as they happen. Written by one thread, read by any. */
final class LaunchLog {
  private static final Logger LOG = LoggerFactory.getLogger(LaunchLog.class);

  private final LaunchStore store;
  private final Clock clock;
  private final Runnable onNews;
  private final boolean wasTakenUp;
  private volatile LaunchRecord launch;
  private boolean isEndWritten;
  private boolean isCounted;

  /**
   * @param onNews called after each change
   */
  LaunchLog(LaunchRecord launch, LaunchStore store, Clock clock, Runnable onNews) {
    this.launch = launch;
    this.store = store;
    this.clock = clock;
    this.onNews = onNews;
    this.wasTakenUp = !launch.events().isEmpty();
  }

  /** Whether an earlier server has begun it. */
  boolean wasTakenUp() {
    return wasTakenUp;
  }

  LaunchRecord launch() {
    return launch;
  }

  /** Counts this server's take-over; durable when this returns. */
  void takenUp() {
    write(launch -> launch.takenUp(launch.takenUp() + 1));
    isCounted = true;
  }

  /** Takes the count back: the server stops in good order, so the launch has not killed it. */
  void stopped() {
    if (isCounted && !launch.isOver()) {
      try {
        write(launch -> launch.takenUp(launch.takenUp() - 1));
      } catch (MnException e) {
        LOG.warn("launch {} counts as broken off: {}", launch.id(), e.getMessage());
      }
    }
  }

  void running(Phase phase, String message) {
    write(reported(phase, LaunchEvent.RUNNING, message, null));
  }

  /** Reports the progress of a phase. Not stored by itself: it is soon out of date. */
  void progress(Phase phase, String message, Map<String, Object> details) {
    launch = reported(phase, LaunchEvent.RUNNING, message, details).apply(launch);
    onNews.run();
  }

  void completed(Phase phase, String message, Map<String, Object> details) {
    write(reported(phase, LaunchEvent.COMPLETED, message, details));
  }

  void skipped(Phase phase, String message) {
    write(reported(phase, LaunchEvent.SKIPPED, message, null));
  }

  /** Reports that the source, and with it the run id, is known. */
  void found(String runId, String message, Map<String, Object> details) {
    write(
        launch ->
            reported(Phase.RESOLVE_SOURCE, LaunchEvent.COMPLETED, message, details)
                .apply(launch.running(runId)));
  }

  /** The bundle to submit is kept. */
  void prepared(String message) {
    write(
        launch ->
            reported(Phase.PREPARE_BUNDLE, LaunchEvent.COMPLETED, message, null)
                .apply(launch.withBundle()));
  }

  /** Reports the job, which ends the launch: later failures cannot change that. */
  void submitted(String jobId) {
    Map<String, Object> ids = LaunchEvent.details("run_id", launch.runId(), "job_id", jobId);
    end(
        launch ->
            reported(Phase.LAUNCH, LaunchEvent.COMPLETED, "Launched.", ids)
                .compose(
                    reported(Phase.SUBMIT, LaunchEvent.COMPLETED, "The job is submitted.", ids))
                .apply(launch.submitted(jobId)));
  }

  /**
   * The launch is over.
   *
   * @return the failure
   */
  MnException failed(Phase phase, MnException failure) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("error", failure.error());
    if (failure.validation() != null) {
      details.put("validation", failure.validation());
    }
    details.putAll(failure.members());
    details.remove("blueprint");
    end(
        reported(Phase.LAUNCH, LaunchEvent.FAILED, failure.getMessage(), null)
            .compose(reported(phase, LaunchEvent.FAILED, failure.getMessage(), details)));
    return failure;
  }

  private Change reported(Phase phase, String status, String message, Map<String, Object> details) {
    return now -> now.reported(Json.timestamp(clock.instant()), phase, status, message, details);
  }

  @FunctionalInterface
  private interface Change extends UnaryOperator<LaunchRecord> {}

  private void write(UnaryOperator<LaunchRecord> change) {
    LaunchRecord changed = change.apply(launch);
    store.write(changed);
    launch = changed;
    onNews.run();
  }

  private void end(Function<LaunchRecord, LaunchRecord> end) {
    launch = end.apply(launch).bare();
    writeEnd();
    onNews.run();
  }

  /**
   * Stores the end and removes what was kept for the launch. On failure it must be retried.
   *
   * @return whether it is stored
   */
  boolean writeEnd() {
    try {
      store.write(launch);
      store.discard(launch);
      isEndWritten = true;
    } catch (MnException e) {
      LOG.warn("the end of launch {} cannot be written: {}", launch.id(), e.getMessage());
    }
    return isEndWritten;
  }

  /** Whether the launch is over and its end is not stored yet. */
  boolean isEndOpen() {
    return launch.isOver() && !isEndWritten;
  }
}
