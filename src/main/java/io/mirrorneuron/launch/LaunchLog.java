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

/** What is told of one launch, written down as it happens. Written by one thread, read by any. */
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

  /** Whether a server before has begun it. */
  boolean wasTakenUp() {
    return wasTakenUp;
  }

  LaunchRecord launch() {
    return launch;
  }

  /** This server goes on with it; durable when this returns. */
  void takenUp() {
    write(launch -> launch.takenUp(launch.takenUp() + 1));
    isCounted = true;
  }

  /** This server is done with it, and was not killed: the launch has done it no harm. */
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

  /** How far a phase has come. Not written down by itself: it is soon out of date. */
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

  /** Its source is known, and with it the id of its run. */
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

  /** There is a job, and so the launch is over: nothing that fails now can change that. */
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
   * Writes how it ended, and removes what was kept for it. While that is not possible, it may have
   * to be done again.
   *
   * @return whether it is written
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

  /** Whether it is over, and that is not on the disk. */
  boolean isEndOpen() {
    return launch.isOver() && !isEndWritten;
  }
}
