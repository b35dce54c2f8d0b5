package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.Subjects;
import java.util.Optional;

/** Why a job does not continue, in a sentence for people. */
public final class JobHalt {
  private JobHalt() {}

  /** Empty while it continues. */
  public static Optional<String> of(JobHeader header) {
    Subjects subjects = header.subjects();
    return switch (header.status()) {
      case COMPLETED -> Optional.of("the job is completed");
      case CANCELLED ->
          Optional.of(who(subjects.cancelledBy()) + " cancelled the job" + because(subjects));
      case FAILED -> Optional.of("the job failed: " + header.failure().path("desc").asText());
      case PAUSED ->
          Optional.of(
              header.recovery() == null
                  ? who(subjects.pausedBy()) + " paused the job"
                  : "the job waits for a person: " + header.recovery().path("reason").asText());
      case PAUSING, CANCELLING -> Optional.of("the job is being stopped" + because(subjects));
      default -> Optional.empty();
    };
  }

  private static String who(String subject) {
    return subject == null ? "an operator" : subject;
  }

  /** The reason given for the cancellation; may be empty. */
  private static String because(Subjects subjects) {
    return subjects.cancelReason() == null ? "" : " (" + subjects.cancelReason() + ")";
  }
}
