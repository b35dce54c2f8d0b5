package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;

/** Capacity and state of the nodes. Blocking. Thread-safe. */
public interface ClusterView {

  /** Includes the newest jobs, a few thousand at most, and says when there are more. */
  ClusterSummary summary();

  /**
   * The summary without jobs, at a cost independent of their number. A runtime without this
   * distinction returns the full summary.
   */
  ClusterSummary overview();

  CapacityReport resource();

  /**
   * Sets limits in per cent of the nodes' capacity.
   *
   * @param limits any of cpu, gpu, memory, disk; each 25, 50, 75 or 100
   */
  CapacityReport setResource(ObjectNode limits);
}
