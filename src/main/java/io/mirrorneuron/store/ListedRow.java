package io.mirrorneuron.store;

/**
 * A job's row in lists.
 *
 * @param json the row as of the last commit; null when it cannot be read. The job's status says
 *     whether the job still exists
 */
public record ListedRow(RankedJob place, String json) {
  /** A row that was read alone, without a place in a list. */
  public ListedRow(String jobId, String json) {
    this(new RankedJob(jobId, 0), json);
  }

  public String jobId() {
    return place.jobId();
  }
}
