package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.workflow.QueueRank;
import io.mirrorneuron.runtime.workflow.ResourceRequest;

/**
 * Somebody who asks for slots and resources of this node.
 *
 * @param rank its place among those that wait
 */
public record SlotRequest(
    String executionId, String jobId, String agentId, ResourceRequest request, QueueRank rank) {

  /** How often others have been served before it, as far as that counts. */
  int overtaken() {
    return rank.had() ? Pools.OVERTAKES : 0;
  }

  /** For people. */
  String holder() {
    return "agent " + agentId + " of job " + jobId;
  }

  /** Whether one of them may have to wait for the other. */
  boolean competesWith(SlotRequest other) {
    ResourceRequest mine = request;
    ResourceRequest its = other.request;
    return mine.amounts().cpuMillis() > 0 && its.amounts().cpuMillis() > 0
        || mine.amounts().memoryMb() > 0 && its.amounts().memoryMb() > 0
        || mine.amounts().diskMb() > 0 && its.amounts().diskMb() > 0
        || !mine.devices().isEmpty() && !its.devices().isEmpty()
        || mine.ports().stream().anyMatch(one -> its.ports().stream().anyMatch(one::isSameNumber));
  }
}
