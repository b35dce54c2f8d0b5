package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Subjects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log of this server, in one line, how a job has ended. */
final class EndedJobLog {
  private static final Logger LOG = LoggerFactory.getLogger(EndedJobLog.class);

  private EndedJobLog() {}

  static void tell(JobState state) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    var failure = state.header().failure();
    var line = LOG.atInfo().addKeyValue("run_id", state.header().origin().runId());
    if (state.status() == JobStatus.FAILED && failure != null) {
      line.log(
          "job {} failed: {} ({})",
          state.jobId(),
          line(failure.path("desc").asText()),
          line(failure.path("code").asText()));
    } else if (state.status() == JobStatus.CANCELLED) {
      line.log("job {} cancelled{}", state.jobId(), line(cancellation(state.header().subjects())));
    } else {
      line.log("job {} {}", state.jobId(), state.status().word());
    }
  }

  /** By whom and why, as far as that was told. */
  private static String cancellation(Subjects subjects) {
    String by = subjects.cancelledBy() == null ? "" : " by " + subjects.cancelledBy();
    return subjects.cancelReason() == null ? by : by + ": " + subjects.cancelReason();
  }

  /** Texts of programs may have line ends. */
  private static String line(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
  }
}
