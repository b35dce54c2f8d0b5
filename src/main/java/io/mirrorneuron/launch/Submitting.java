package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * Submits what is kept for a launch. While nobody knows whether the runtime has it, it is submitted
 * again under the same key, which makes no second job.
 */
record Submitting(LaunchPorts ports) {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final int TRIES = 25; // within ten minutes

  /** Refusals of what is submitted, which come whether or not it was submitted before. */
  private static final Set<ErrorCode> OF_THE_WISH =
      EnumSet.of(
          ErrorCode.MALFORMED,
          ErrorCode.INVALID,
          ErrorCode.TOO_LARGE,
          ErrorCode.CONFLICT,
          ErrorCode.UNAUTHENTICATED,
          ErrorCode.FORBIDDEN,
          ErrorCode.DATA_LOSS);

  /**
   * @param wasTried whether a server before may have submitted it
   * @throws MnException what the runtime said; UNAVAILABLE {@code submission_unknown} when it did
   *     not say for ten minutes whether there is a job
   */
  SubmittedJob submit(LaunchRecord launch, boolean wasTried) {
    Submission wish = wish(launch);
    Duration pause = FIRST_PAUSE;
    boolean isUnsure = wasTried;
    for (int i = 1; ; i++) {
      try {
        return ports.jobs().submit(wish);
      } catch (MnException e) {
        isUnsure |= isSilence(e);
        if (!isUnsure || OF_THE_WISH.contains(e.code())) {
          throw e;
        }
        if (i == TRIES || !ports.patience().await(pause)) {
          throw unknown(launch, e);
        }
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      }
    }
  }

  private Submission wish(LaunchRecord launch) {
    Submission kept = ports.store().kept(launch);
    return new Submission(
        kept.manifestJson(),
        kept.payloads(),
        "launch-" + launch.key(),
        launch.order().by(),
        kept.origin().asked());
  }

  /** Whether the failure does not say whether there is a job. */
  private static boolean isSilence(MnException failure) {
    return failure.code() == ErrorCode.TIMEOUT
        || failure.code() == ErrorCode.UNAVAILABLE
            && (failure.error().equals("unavailable") || failure.isStorageFull());
  }

  private static MnException unknown(LaunchRecord launch, MnException last) {
    return new MnException(
        ErrorCode.UNAVAILABLE,
        "submission_unknown",
        "the runtime does not say whether it has the job (%s); look for run %s before you launch again"
            .formatted(last.getMessage(), launch.runId()),
        null,
        last);
  }
}
