package io.mirrorneuron.run.record;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Hears of each job that has ended, of what happens to it before, and of what its steps have asked
 * people: at least once, also when a server dies meanwhile.
 */
@FunctionalInterface
public interface JobEnds {

  /**
   * Not blocking. A stage that fails with {@link io.mirrorneuron.model.MnException} UNAVAILABLE has
   * the job told again.
   */
  CompletionStage<?> ended(EndedJob job);

  /**
   * The same for what happens to jobs that are open, in its order: before the run tells of it. May
   * block for as long as the store takes.
   *
   * @param job as it was then; its last event is this one
   * @param type of the event
   * @param at when it happened, as written
   * @throws io.mirrorneuron.model.MnException UNAVAILABLE to be told again
   */
  default void changed(EndedJob job, String type, String at) {}

  /** The same for a question to people. All of an open job may be told anew after a start. */
  default CompletionStage<?> asked(PeopleEvent event) {
    return CompletableFuture.completedStage(null);
  }

  /**
   * A job that has ended, as others hear of it.
   *
   * @param runId empty when it has no run
   * @param jobName null for none, as are the following
   * @param error why it failed
   * @param origin why it was made
   * @param eventSeq the number of its last event
   */
  public record EndedJob(
      String jobId,
      String runId,
      String graphId,
      String status,
      String jobName,
      String submittedBy,
      Map<String, Object> error,
      Origin origin,
      long eventSeq) {
    /** The source of events about ends of jobs. */
    public static final String TELLER = "runtime";

    /**
     * What made a job.
     *
     * @param scheduleId null when no schedule did
     * @param chain how many ends of jobs in a row led to it, each of which made the next job
     */
    public record Origin(String scheduleId, int chain) {
      static final Origin NONE = new Origin(null, 0);
    }
  }
}
