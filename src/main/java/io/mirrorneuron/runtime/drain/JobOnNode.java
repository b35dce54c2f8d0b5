package io.mirrorneuron.runtime.drain;

import java.util.List;

/**
 * A job as a drain of its node sees it.
 *
 * @param jobType null when its row cannot be read
 * @param status its word; null when its row cannot be read
 * @param isReviewed whether it waits for a person
 * @param agents those whose programs run on that node
 */
record JobOnNode(
    String jobId, String jobType, String status, boolean isReviewed, List<String> agents) {
  JobOnNode {
    agents = List.copyOf(agents);
  }

  boolean isSystem() {
    return "system".equals(jobType) || "sysbatch".equals(jobType);
  }

  /** Whether it ends by itself. */
  boolean isBatch() {
    return !"service".equals(jobType) && !"system".equals(jobType);
  }
}
