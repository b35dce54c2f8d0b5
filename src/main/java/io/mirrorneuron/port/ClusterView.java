package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;

/** What nodes have, and how they are. Blocking and thread-safe. */
public interface ClusterView {

  /** With the newest jobs, some thousand at most; says so when there are more. */
  ClusterSummary summary();

  /**
   * The same without jobs: costs the same however many there are. A runtime that cannot tell it
   * apart answers the whole.
   */
  ClusterSummary overview();

  /** What the nodes have, and how much of it may be used. */
  CapacityReport resource();

  /**
   * Sets limits in per cent of what the nodes have.
   *
   * @param limits one or more of cpu, gpu, memory, disk; each 25, 50, 75 or 100
   */
  CapacityReport setResource(ObjectNode limits);
}
