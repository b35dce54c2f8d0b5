package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.runtime.manifest.graph.ServiceDoubling;
import java.util.List;

/**
 * A job as seen by a drain of its node.
 *
 * @param jobType null when its row cannot be read
 * @param status null when its row cannot be read
 * @param isReviewed whether it waits for a person
 * @param agents whose programs run on that node
 * @param doubling whether its services may be on two nodes at once
 */
record JobOnNode(
    String jobId,
    String jobType,
    String status,
    boolean isReviewed,
    List<String> agents,
    ServiceDoubling doubling) {
  JobOnNode {
    agents = List.copyOf(agents);
  }

  JobOnNode with(ServiceDoubling its) {
    return new JobOnNode(jobId, jobType, status, isReviewed, agents, its);
  }

  boolean isSystem() {
    return "system".equals(jobType) || "sysbatch".equals(jobType);
  }

  /** Whether its programs there are copies for that node, which run on no other. */
  boolean isCopies() {
    return isSystem() && !agents.isEmpty() && agents.stream().allMatch(id -> id.contains("@"));
  }

  /** Whether it ends by itself. */
  boolean isBatch() {
    return !"service".equals(jobType) && !"system".equals(jobType);
  }
}
