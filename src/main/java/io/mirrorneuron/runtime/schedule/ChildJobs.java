package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.Submission;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Port to the jobs that schedules make. Blocking. Thread-safe. */
public interface ChildJobs {
  /** Reason for the cancellation of a job whose window has ended. */
  String WINDOW_ENDED = "the window of its schedule has ended";

  /**
   * A job to be made. The same id, or the same key, makes one job only.
   *
   * @param key finds the job when the id is not looked up
   * @param bundle fingerprint of stored payload files; null for none
   * @param by name that a token vouched for; null for none
   * @param atOnce makes the job only if it can begin now, without waiting for processors
   */
  record Order(
      String schedule,
      String jobId,
      String key,
      String manifest,
      String bundle,
      String by,
      boolean atOnce) {}

  /**
   * The stored bundle of a new schedule.
   *
   * @param bundle fingerprint of its payload files; null for none
   * @param graphId prefix of its jobs' ids
   */
  record Kept(String bundle, String graphId) {}

  /**
   * Checks a bundle as a submission does, and stores its files.
   *
   * @param schedule id of the new schedule
   * @throws io.mirrorneuron.model.MnException as a submission
   */
  Kept keep(String schedule, Submission submission);

  /** The agents that begin the jobs of a manifest. */
  List<String> entrypoints(String manifest);

  /** A job id of this graph; {@code hex} are twelve digits. */
  String jobId(String graphId, long millis, String hex);

  /** Makes the job, or finds that it was made. */
  void make(Order order);

  /** Those of the jobs that have not ended. */
  Set<String> open(List<String> jobIds);

  /**
   * The jobs that wait only for a person's answer, each with its question as a sentence. Jobs whose
   * state is not available now are left out.
   */
  Map<String, String> asking(Collection<String> jobIds);

  /** Whether there is such a job, ended or not. */
  boolean made(String jobId);

  void cancel(String jobId, String reason);

  boolean isCancelled(String jobId, String reason);

  /**
   * A job of a schedule.
   *
   * @param windowEnd when it must have ended, milliseconds since the epoch; null for never
   * @param windowMs length of its window when it was made; null for a job of an older server
   * @param closing whether it is being cancelled because its window ended
   */
  record Child(String jobId, String dispatchId, Long windowEnd, Long windowMs, boolean closing) {
    static Child of(String jobId, String dispatchId, Definition.Window window, long now) {
      return window == null || !window.cancels()
          ? new Child(jobId, dispatchId, null, null, false)
          : new Child(jobId, dispatchId, now + window.durationMs(), window.durationMs(), false);
    }

    /**
     * Marks it as being cancelled if its window has ended. A window never ends further ahead than
     * its length: the clock was set back then.
     */
    Child closingAt(long now) {
      if (windowEnd == null) {
        return this;
      }
      long end = windowMs == null ? windowEnd : Math.min(windowEnd, now + windowMs);
      return new Child(jobId, dispatchId, end, windowMs, closing || end <= now);
    }
  }
}
