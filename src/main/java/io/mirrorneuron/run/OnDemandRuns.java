package io.mirrorneuron.run;

import java.util.function.Consumer;

/** Runs of ended jobs whose folders are made for their first reader. Thread-safe. */
public interface OnDemandRuns {
  /** All runs have their folders. */
  OnDemandRuns NONE =
      new OnDemandRuns() {
        @Override
        public boolean make(String runId) {
          return false;
        }

        @Override
        public boolean makeAnew(String runId, String jobId) {
          return false;
        }

        @Override
        public void each(Consumer<Shown> hears) {}
      };

  /**
   * The members that lists show of such a run. No text is null.
   *
   * @param startedAt when its job was submitted, as precisely as known
   */
  record Shown(
      String runId,
      String jobId,
      String blueprintId,
      String traceId,
      String status,
      String submittedAt,
      String startedAt,
      String endedAt) {}

  /**
   * Makes the folder if the run is one of these. Blocking.
   *
   * @return whether the run has a folder now
   * @throws io.mirrorneuron.model.MnException UNAVAILABLE when that cannot be known
   */
  boolean make(String runId);

  /**
   * Makes the folder of an ended job from its committed state, whichever node ran it, or completes
   * the folder left open here; the end is not announced again. Blocking.
   *
   * @return whether the run has a folder now
   */
  boolean makeAnew(String runId, String jobId);

  /** Passes on all of them. Blocking. */
  void each(Consumer<Shown> hears);
}
