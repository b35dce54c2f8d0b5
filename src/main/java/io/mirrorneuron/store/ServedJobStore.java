package io.mirrorneuron.store;

import io.mirrorneuron.store.ended.EndedJobs;

/** A store of jobs that hands out their rows as they lie there. */
public interface ServedJobStore extends JobStore, EndedJobs {
  /** The hot read path: finished bytes, on the caller's event loop. */
  JobRows hotRows();
}
