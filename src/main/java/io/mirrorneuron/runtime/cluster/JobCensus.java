package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Map;

/**
 * Port: what a cluster's summary says about jobs. Must be cheap, as clients use the summary as
 * health probe.
 */
public interface JobCensus {
  /** The latest job rows, as lists show them, newest change first. */
  ArrayNode latest(int limit);

  /**
   * How many jobs have each status; statuses without jobs may be absent. Costs the same however
   * many there are.
   */
  Map<String, Long> countByStatus();

  /**
   * At how many times schedules made no job, or made it late, as far as this node has dealt with
   * them since its start; by what became of them. Does not block.
   */
  Map<String, Long> timesOfSchedules();
}
