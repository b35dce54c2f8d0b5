package io.mirrorneuron.runtime.local;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.store.JobStore.EndedJobs;
import java.util.function.BooleanSupplier;

/**
 * Decides when ended jobs may be deleted.
 *
 * @param token required of the caller
 * @param isPossible whether no record of ended jobs is still needed; may block a while
 * @param after removes their files; does not block
 * @param ended finds single ended jobs
 */
public record Clearing(Secret token, BooleanSupplier isPossible, Runnable after, EndedJobs ended) {
  /**
   * @param count deleted jobs
   * @return the same
   */
  int done(int count) {
    after.run();
    return count;
  }
}
