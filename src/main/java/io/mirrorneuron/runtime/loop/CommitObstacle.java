package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why the commits of one job fail at present, if they do; logged once until a commit succeeds. */
final class CommitObstacle {
  private static final Logger LOG = LoggerFactory.getLogger(CommitObstacle.class);

  private final String jobId;
  private boolean logged;

  /** Null while the store is there and writes. */
  private volatile MnException reason;

  CommitObstacle(String jobId) {
    this.jobId = jobId;
  }

  /** Empty while the store is there and writes. Any thread. */
  Optional<MnException> reason() {
    return Optional.ofNullable(reason);
  }

  /** Notes that a commit has failed. Returns the error for callers that wait for it. */
  MnException failed(Throwable cause) {
    if (cause instanceof MnException full && full.isStorageFull()) {
      LOG.debug("job {} could not be committed: {}", jobId, full.getMessage()); // logged elsewhere
      reason = full;
      return full;
    }
    if (!logged) {
      logged = true;
      LOG.warn("job {} could not be committed: {}", jobId, cause.toString());
    }
    MnException away = MnException.unavailable("the state of the job cannot be stored now", cause);
    reason = away;
    return away;
  }

  void committed() {
    logged = false;
  }

  /** The store has answered a read again. */
  void loaded() {
    reason = null;
  }
}
