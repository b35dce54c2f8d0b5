package io.mirrorneuron.runtime.join;

/** The work of this node, as far as joining and leaving a cluster touch it. Thread-safe. */
public interface NodeWork {
  /** How many jobs of the store that this node is on have not ended. */
  long openJobs();

  /** Whether other nodes work on that store. */
  boolean hasOthers();

  /**
   * Takes no new jobs from now on.
   *
   * @param why is told to who asks, with the way out
   */
  void takeNoMore(String why);

  /** Takes new jobs again, unless it does not for another reason. */
  void takeAgain(String why);
}
