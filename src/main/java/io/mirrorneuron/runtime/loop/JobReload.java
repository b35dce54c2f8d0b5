package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.store.JobStore.StoredJob;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the stored state of one job again, and retries until the store answers. Runs on the job's
 * event loop only.
 */
final class JobReload {
  private static final Logger LOG = LoggerFactory.getLogger(JobReload.class);
  static final long DELAY_MS = 250;

  private final EngineContext context;
  private final Executor eventLoop;
  private final String jobId;
  private final long epoch;
  private final Predicate<JobState> fits;
  private final Listener listener;
  private boolean stopped;

  /** Receives the outcome, on the event loop. */
  interface Listener {
    void loaded(JobState state);

    /** The job has another owner, is gone or cannot be read. */
    void lost();
  }

  /**
   * @param epoch under which this node owns the job
   * @param fits whether the job can continue from a state; otherwise it is loaded again a little
   *     later
   */
  JobReload(
      EngineContext context,
      Executor eventLoop,
      String jobId,
      long epoch,
      Predicate<JobState> fits,
      Listener listener) {
    this.context = context;
    this.eventLoop = eventLoop;
    this.jobId = jobId;
    this.epoch = epoch;
    this.fits = fits;
    this.listener = listener;
  }

  void stop() {
    stopped = true;
  }

  void startLater() {
    startLater(DELAY_MS);
  }

  void startLater(long delayMs) {
    context.timers().at(context.timers().now() + delayMs, () -> eventLoop.execute(this::start));
  }

  void start() {
    if (stopped) {
      return;
    }
    context
        .store()
        .load(jobId)
        .whenComplete(
            (stored, failure) -> {
              if (isDamage(failure)) {
                LOG.error("job {} cannot be read; it is left as it is: {}", jobId, text(failure));
                listener.lost();
              } else if (failure != null) {
                startLater();
              } else {
                read(stored);
              }
            });
  }

  private static boolean isDamage(Throwable failure) {
    return cause(failure) instanceof MnException known && known.isJobDamaged();
  }

  private static String text(Throwable failure) {
    return cause(failure) instanceof MnException known ? known.getMessage() : failure.toString();
  }

  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException ? failure.getCause() : failure;
  }

  private void read(Optional<StoredJob> stored) {
    if (stored.isEmpty() || stored.get().epoch() != epoch) {
      LOG.warn("job {} has another owner now or is gone; letting go of it", jobId);
      listener.lost();
      return;
    }
    JobState state;
    try {
      state = StateReader.read(stored.get(), context.manifests(), context.inlineLimit());
    } catch (RuntimeException e) {
      LOG.error("job {} cannot be read; it is left as committed: {}", jobId, text(e));
      listener.lost();
      return;
    }
    if (fits.test(state)) {
      listener.loaded(state);
    } else {
      startLater();
    }
  }
}
