package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Map;

/**
 * Port: jobs in the summary of a cluster. Must be cheap, as clients use the summary as health
 * probe.
 */
public interface JobCensus {
  /** The latest job rows, as in lists, newest change first. */
  ArrayNode latest(int limit);

  /**
   * Number of jobs by status; statuses without jobs may be absent. The cost does not depend on the
   * number of jobs.
   */
  Map<String, Long> countByStatus();

  /**
   * Number of scheduled times without a job, or with a late one, that this node has handled since
   * its start; by outcome. Does not block.
   */
  Map<String, Long> timesOfSchedules();
}
