package io.mirrorneuron.store;

/**
 * A job's line in lists.
 *
 * @param json the row as the last commit left it; null when it cannot be read. Whether the job is
 *     still there, its status tells
 */
public record ListedRow(RankedJob place, String json) {
  /** One that is read alone, and stands nowhere. */
  public ListedRow(String jobId, String json) {
    this(new RankedJob(jobId, 0), json);
  }

  public String jobId() {
    return place.jobId();
  }
}
