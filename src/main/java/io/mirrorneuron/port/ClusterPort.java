package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The nodes of a runtime and what they can carry. Blocking and thread-safe. */
public interface ClusterPort {

  /** {@code {nodes, jobs, metrics}}; cheap, used as the liveness probe. */
  ObjectNode summary();

  /** {@code {mode, node_count, limits, combined, totals, usable, nodes}}. */
  ObjectNode resource();

  /**
   * Sets limits in per cent of what the nodes have.
   *
   * @param limits one or more of cpu, gpu, memory, disk; each 25, 50, 75 or 100
   */
  ObjectNode setResource(ObjectNode limits);
}
