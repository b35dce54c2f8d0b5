package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
import java.time.Duration;

/**
 * Submits what is kept for a launch. While nobody knows whether the runtime has it, it is submitted
 * again under the same key, which makes no second job.
 */
record Submitting(LaunchPorts ports) {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final int TRIES = 25; // within ten minutes

  /**
   * @throws MnException what the runtime said; UNAVAILABLE when it said nothing for ten minutes
   */
  SubmittedJob submit(LaunchRecord launch) {
    Submission kept = ports.store().kept(launch);
    Submission wish =
        new Submission(
            kept.manifestJson(),
            kept.payloads(),
            "launch-" + launch.key(),
            launch.order().by(),
            kept.origin().asked());
    Duration pause = FIRST_PAUSE;
    for (int i = 1; ; i++) {
      try {
        return ports.jobs().submit(wish);
      } catch (MnException e) {
        if (isKnown(e) || i == TRIES || !ports.patience().await(pause)) {
          throw e;
        }
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      }
    }
  }

  /** Whether the failure says that there is no job. */
  private static boolean isKnown(MnException failure) {
    boolean silent =
        failure.code() == ErrorCode.UNAVAILABLE
            && (failure.error().equals("unavailable") || failure.isStorageFull());
    return !silent && failure.code() != ErrorCode.TIMEOUT;
  }
}
