package io.mirrorneuron.launch.hook;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobsPort;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits until jobs have ended, wherever they run. */
record HookWatch(JobsPort jobs, BooleanSupplier isClosed) {
  private static final Set<String> ENDS = Set.of("completed", "failed", "cancelled");

  /** News of jobs on other nodes do not come here, so each is looked at so often at least. */
  private static final int LOOK_SECONDS = 2;

  /**
   * The status of a job that has ended, {@code deleted} when it is gone; empty while it goes on.
   */
  Optional<String> ended(String jobId) {
    try {
      JobDetail job = jobs.brief(jobId);
      return Optional.ofNullable(job.status()).filter(ENDS::contains);
    } catch (MnException e) {
      return e.code() == ErrorCode.NOT_FOUND ? Optional.of("deleted") : Optional.empty();
    }
  }

  /** Waits for that; empty when the server stops. */
  Optional<String> awaitEnd(String jobId) {
    Semaphore news = new Semaphore(0);
    try (JobsPort.Subscription _ = jobs.watch(jobId, news::release)) {
      while (!isClosed.getAsBoolean()) {
        Optional<String> end = ended(jobId);
        if (end.isPresent()) {
          return end;
        }
        news.tryAcquire(LOOK_SECONDS, TimeUnit.SECONDS);
        news.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }
}
