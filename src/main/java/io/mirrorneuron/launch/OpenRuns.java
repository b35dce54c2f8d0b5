package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which runs are being launched. Thread-safe. */
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
   * The same, which no other launch has until it is released. One that was told stays.
   *
   * @param bundle may be null when the launch has its id
   * @throws MnException CONFLICT {@code run_id_in_use}
   */
  String take(LaunchRecord launch, LaunchBundle bundle) {
    String id = launch.runId() == null ? id(launch.order(), bundle) : launch.runId();
    String other = launches.putIfAbsent(id, launch.id());
    if (other != null && !other.equals(launch.id())) {
      throw new MnException(ErrorCode.CONFLICT, LaunchReports.RUN_ID_IN_USE, launching(id, other));
    }
    return id;
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
}
