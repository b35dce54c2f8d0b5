package io.mirrorneuron.run.record;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.Storage;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs whose runs could not be written when it was last tried. For one thread. */
final class FailingRuns {
  private static final Logger LOG = LoggerFactory.getLogger(FailingRuns.class);

  /** How often they are tried again: a full disk may have room again. */
  private static final Duration REPAIR = Duration.ofSeconds(5);

  private final Storage storage;
  private final Set<String> jobs = new HashSet<>();
  private long retried = System.nanoTime();

  /**
   * @param storage is given failed writes, and reports a full disk
   */
  FailingRuns(Storage storage) {
    this.storage = storage;
  }

  boolean isEmpty() {
    return jobs.isEmpty();
  }

  /** Logs a failure, once for each job. */
  void add(String job, RuntimeException why) {
    if (Storage.isFull(storage.explained(why))) {
      jobs.add(job);
      LOG.debug("the run of job {} cannot be written: {}", job, why.getMessage());
    } else if (jobs.add(job)) {
      boolean isNews = jobs.size() == 1; // when the root is unreachable, all fail alike
      Throwable details = isNews && !(why instanceof MnException) ? why : null;
      String told = "the run of job {} cannot be written, it will be tried again: {}";
      LOG.error(told, job, why.getMessage(), details);
    }
  }

  void remove(String job) {
    jobs.remove(job);
  }

  /** Tells all of them from time to time. */
  void retry(Consumer<String> again) {
    if (System.nanoTime() - retried >= REPAIR.toNanos()) {
      retried = System.nanoTime();
      jobs.forEach(again);
    }
  }
}
