package io.mirrorneuron.store;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: jobs that have ended, to be removed one by one. Thread-safe and not blocking. */
public interface EndedJobs {
  /** Ids of jobs that have ended, those that ended first before others of their status. */
  CompletionStage<List<String>> endedJobs(int limit);

  /**
   * Removes these jobs with all they have, but for those that are open, whose runs are not complete
   * in the run store, or that wait for a reader. One that is gone is removed already.
   *
   * @return those that stay
   */
  CompletionStage<List<String>> remove(List<String> jobIds);
}
