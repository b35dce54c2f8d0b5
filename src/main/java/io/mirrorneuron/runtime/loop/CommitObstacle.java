package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why the commits of one job fail at present, if they do. Logs once until a commit succeeds. */
final class CommitObstacle {
  private static final Logger LOG = LoggerFactory.getLogger(CommitObstacle.class);

  /** As a power of two of the first pause: four seconds. */
  private static final int LONGEST_PAUSE = 4;

  private final String jobId;
  private boolean logged;

  /** Failed commits in a row. */
  private int failures;

  /** Commits in a row that the store refused although it was reachable and writable. */
  private int refusals;

  /** Null while the store is reachable and writable. */
  private volatile MnException reason;

  CommitObstacle(String jobId) {
    this.jobId = jobId;
  }

  /** Empty while the store is reachable and writable. Thread-safe. */
  Optional<MnException> reason() {
    return Optional.ofNullable(reason);
  }

  /** Records a failed commit. Returns the error for waiting callers. */
  MnException failed(Throwable cause) {
    failures++;
    refusals = TakeOver.isTemporary(cause) ? 0 : refusals + 1;
    if (cause instanceof MnException full && full.isStorageFull()) {
      LOG.debug("job {} could not be committed: {}", jobId, full.getMessage()); // logged elsewhere
      reason = full;
      return full;
    }
    if (isForGood()) {
      LOG.error("job {} cannot be committed: the store refuses it", jobId, cause);
    } else if (!logged) {
      logged = true;
      LOG.warn("job {} could not be committed: {}", jobId, cause.toString());
    }
    MnException away = MnException.unavailable("the state of the job cannot be stored now", cause);
    reason = away;
    return away;
  }

  /**
   * Whether the store refuses the content of the commit. A single refusal does not count: another
   * write may have come first.
   */
  boolean isForGood() {
    return refusals > 1;
  }

  /** Pause before the next try; it doubles while a reachable store refuses. */
  long pauseMs() {
    return JobReload.DELAY_MS << Math.min(failures - 1, LONGEST_PAUSE);
  }

  void committed() {
    logged = false;
    failures = 0;
    refusals = 0;
  }

  /** The store has answered a read. */
  void loaded() {
    reason = null;
  }
}
