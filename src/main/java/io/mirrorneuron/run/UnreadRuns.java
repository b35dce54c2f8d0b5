package io.mirrorneuron.run;

import java.util.function.Consumer;

/** Runs whose jobs have ended and whose folders are made when somebody looks. Any thread. */
public interface UnreadRuns {
  /** All runs have their folders. */
  UnreadRuns NONE =
      new UnreadRuns() {
        @Override
        public boolean make(String runId) {
          return false;
        }

        @Override
        public boolean makeAnew(String runId, String jobId) {
          return false;
        }

        @Override
        public void each(Consumer<Shown> hears) {
          // there is none
        }
      };

  /**
   * What lists show of one, as they would when it has a folder. No text is null.
   *
   * @param startedAt when its job was submitted, as precisely as that is known
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
   * Has the folder made when the run is one of these. Blocking.
   *
   * @return whether the run has a folder now
   * @throws io.mirrorneuron.model.MnException UNAVAILABLE when that cannot be known
   */
  boolean make(String runId);

  /**
   * Has a folder made of what is committed of a job that has ended, whoever worked on it, or the
   * one completed that was left open here; nobody is told of its end again. Blocking.
   *
   * @return whether the run has a folder now
   */
  boolean makeAnew(String runId, String jobId);

  /** Tells of all that there are. Blocking. */
  void each(Consumer<Shown> hears);
}
