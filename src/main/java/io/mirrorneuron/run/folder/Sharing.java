package io.mirrorneuron.run.folder;

/** Which other users of a run's folder may run concurrently. */
enum Sharing {
  /** Writers and readers: each write takes the lock. */
  SHARED,
  /** Readers only: the caller holds the lock. */
  LOCKED,
  /** None, since nobody knows the folder yet: no lock is needed, files are written in place. */
  UNSHARED
}
