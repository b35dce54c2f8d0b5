package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which launch owns each run that is being launched. Only the owner writes to the run, and it
 * removes only what it has made itself. Thread-safe.
 */
final class OpenRuns {
  private final Clock clock;

  /** The progress id of the launch of each. */
  private final Map<String, String> launches = new ConcurrentHashMap<>();

  OpenRuns(Clock clock) {
    this.clock = clock;
  }

  /** The run's id: the one that was ordered, or one that is made up. */
  String id(LaunchOrder order, LaunchBundle bundle) {
    return order.runId() == null
        ? RunId.launched(bundle.blueprintId(), clock.instant())
        : order.runId();
  }

  /**
   * The same, which no other launch has until it is released. One that the launch has already, here
   * or on a server before, stays.
   *
   * @param bundle may be null when the launch {@link LaunchRecord#hasRun has its run}
   * @throws MnException CONFLICT {@code run_id_in_use}
   */
  String take(LaunchRecord launch, LaunchBundle bundle) {
    String id = launch.runId() == null ? id(launch.order(), bundle) : launch.runId();
    String other = launches.putIfAbsent(id, launch.id());
    if (other != null && !other.equals(launch.id())) {
      throw inUse(launching(id, other));
    }
    return id;
  }

  /** Launches that a server before has left open keep the runs that they have. */
  void keep(List<LaunchRecord> open) {
    open.stream()
        .filter(LaunchRecord::hasRun)
        .forEach(launch -> launches.putIfAbsent(launch.runId(), launch.id()));
  }

  /** Says that a launch which goes on has the run; empty when none does. */
  Optional<String> launching(String id) {
    return Optional.ofNullable(launches.get(id)).map(other -> launching(id, other));
  }

  private static String launching(String id, String progressId) {
    return "run %s is being launched (progress id %s)".formatted(id, progressId);
  }

  /** The launch of this progress id is over. */
  void release(String progressId) {
    launches.values().remove(progressId);
  }

  /**
   * Distinguishes a repeated request from a new launch: a client whose server died before the
   * answer does not know that it has its job.
   *
   * @param reported what is stored under the progress id of the launch
   * @throws MnException CONFLICT {@code run_id_in_use} when that is of the same run and its job
   *     exists: that can still be read
   */
  static void refuseRepeat(LaunchRecord launch, Optional<LaunchRecord> reported, JobsPort jobs) {
    reported
        .filter(one -> one.jobId() != null && one.runId().equals(launch.runId()))
        .filter(one -> isThere(one.jobId(), jobs))
        .ifPresent(
            one -> {
              throw inUse(
                  "run %s was launched as job %s (progress id %s); choose another run_id, or none"
                      .formatted(one.runId(), one.jobId(), one.id()));
            });
  }

  private static boolean isThere(String jobId, JobsPort jobs) {
    try {
      jobs.brief(jobId);
      return true;
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private static MnException inUse(String words) {
    return new MnException(ErrorCode.CONFLICT, LaunchReports.RUN_ID_IN_USE, words);
  }
}
