package io.mirrorneuron.runtime.local;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.store.JobStore.EndedJobs;
import java.util.function.BooleanSupplier;

/**
 * When ended jobs may be deleted.
 *
 * @param token who clears must know it
 * @param isPossible whether nobody needs what is known of ended jobs any more; may wait a while
 * @param after removes what was theirs; does not block
 * @param ended where single ones are
 */
public record Clearing(Secret token, BooleanSupplier isPossible, Runnable after, EndedJobs ended) {
  /**
   * @param count how many were deleted
   * @return the same
   */
  int done(int count) {
    after.run();
    return count;
  }
}
