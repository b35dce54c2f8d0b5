package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.Submission;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Port: jobs, as schedules make them. Blocking and thread-safe. */
public interface ChildJobs {
  /** Why a job is cancelled whose window has ended. */
  String WINDOW_ENDED = "the window of its schedule has ended";

  /**
   * A job to be made.
   *
   * @param schedule that wants it
   * @param jobId chosen for it; the same one is made once
   * @param key under which the same is known even when the id is not looked up
   * @param bundle fingerprint of payload files that are stored; null for none
   * @param by the name that a token vouched for; null when it vouched for none
   * @param atOnce whether it is made only when it could begin, and not to wait for processors
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
   * What the bundle of a new schedule amounts to.
   *
   * @param bundle fingerprint of its payload files, which are stored; null for none
   * @param graphId what its jobs are called after
   */
  record Kept(String bundle, String graphId) {}

  /**
   * Checks a bundle as a submission would, and stores its files.
   *
   * @param schedule the id of a new one that is to have it
   * @throws io.mirrorneuron.model.MnException what a submission would fail with
   */
  Kept keep(String schedule, Submission submission);

  /** The agents that begin the jobs of a manifest. */
  List<String> entrypoints(String manifest);

  /** An id of a job of this graph; {@code hex} are twelve digits. */
  String jobId(String graphId, long millis, String hex);

  /** Makes the job, or finds that it was made. */
  void make(Order order);

  /** Which of these jobs have not ended. */
  Set<String> open(List<String> jobIds);

  /**
   * Which of these jobs do nothing until a person has answered, and what they ask, as a sentence.
   * What cannot be known now is left out.
   */
  Map<String, String> asking(Collection<String> jobIds);

  /** Whether there is such a job, ended or not. */
  boolean made(String jobId);

  /** Ends a job that is open. */
  void cancel(String jobId, String reason);

  /** Whether a job was cancelled for this reason. */
  boolean isCancelled(String jobId, String reason);

  /**
   * One of the jobs of a schedule.
   *
   * @param windowEnd when it must have ended; null for never
   * @param windowMs how long its window was when it was made; null for one made by an older server
   * @param closing whether it is being cancelled for that
   */
  record Child(String jobId, String dispatchId, Long windowEnd, Long windowMs, boolean closing) {
    static Child of(String jobId, String dispatchId, Definition.Window window, long now) {
      return window == null || !window.cancels()
          ? new Child(jobId, dispatchId, null, null, false)
          : new Child(jobId, dispatchId, now + window.durationMs(), window.durationMs(), false);
    }

    /**
     * The same, being cancelled when its window has ended. None ends further ahead than it is long:
     * the clock was set back then.
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
