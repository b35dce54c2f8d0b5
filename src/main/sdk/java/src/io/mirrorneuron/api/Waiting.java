package io.mirrorneuron.api;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.api.model.JobDetail;
import io.mirrorneuron.api.model.JobOfDetail;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/** Asks for a job until it has ended, or the time is over. */
final class Waiting {
  private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");
  private static final Duration AT_ONCE = Duration.ofSeconds(50);

  /** How much later than the server's own time its answer may come: the second where somebody's time is over. */
  private static final Duration ON_THE_WAY = Duration.ofSeconds(20);

  private static final Duration LATE = Duration.ofSeconds(2);

  private final Connection connection;
  private final String jobId;
  private final Duration timeout;
  private final Patience patience;
  private final long begun = System.nanoTime();

  Waiting(Connection connection, String jobId, WaitOptions options) {
    this.connection = connection;
    this.jobId = jobId;
    this.timeout = options.timeout();
    this.patience = new Patience(connection.what(call(Duration.ZERO)), options.patience());
  }

  JobOfDetail end() {
    while (true) {
      Duration left = left();
      try {
        JobOfDetail job = ask(left);
        patience.connected();
        patience.gotOn();
        if (ENDED.contains(job.status())) {
          return job;
        }
        if (left.isZero()) {
          throw new TimedOutException(
              "job " + jobId + " is " + job.status() + " after " + seconds(), null);
        }
        if (left.toSeconds() == 0) {
          Connection.rest(left);
        }
      } catch (IOException | ProblemException cause) {
        Duration rest = left();
        patience.lost(cause, rest);
        if (timeout != null && left().isZero()) {
          throw new TimedOutException(
              "nothing is known of job " + jobId + " after " + seconds() + ": " + cause.getMessage(), cause);
        }
      }
    }
  }

  private JobOfDetail ask(Duration left) throws IOException {
    TypeReference<JobDetail> type = new TypeReference<>() {};
    JobOfDetail job = connection.answerOnce(call(left), type).job();
    if (job == null || job.status() == null) {
      throw new IOException("this is no job");
    }
    return job;
  }

  private Call call(Duration left) {
    Duration longest = left.compareTo(AT_ONCE) < 0 ? left : AT_ONCE;
    Call call = new Call("GET", "/jobs/{job_id}");
    call.timeout(longest.plus(timeout == null || left.compareTo(AT_ONCE) >= 0 ? ON_THE_WAY : LATE));
    call.path("job_id", jobId);
    call.query("include", "status");
    call.query("wait", longest.toSeconds());
    return call;
  }

  /** Of the time that was given; much where none was. */
  private Duration left() {
    if (timeout == null) {
      return AT_ONCE;
    }
    Duration left = Connection.atMost(timeout).minusNanos(System.nanoTime() - begun);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private String seconds() {
    return timeout.toMillis() / 1000.0 + " seconds";
  }
}
