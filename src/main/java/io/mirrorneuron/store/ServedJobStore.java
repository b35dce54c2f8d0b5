package io.mirrorneuron.store;

/** A store of jobs that hands out their rows as they lie there. */
public interface ServedJobStore extends JobStore, EndedJobs {
  /** The hot read path: finished bytes, on the caller's event loop. */
  JobRows hotRows();
}
