package io.mirrorneuron.store;

import java.util.Map;

/**
 * Port: the operator's resource limits of nodes, in per cent of what they have. Shared by all nodes
 * of a cluster. Thread-safe.
 */
public interface ResourceLimits {
  enum Resource {
    CPU,
    GPU,
    MEMORY,
    DISK
  }

  /** The limits that were set; a resource without one is absent and unlimited. */
  Map<Resource, Integer> load();

  /** Sets these limits durably and leaves the others as they are. */
  void merge(Map<Resource, Integer> changes);
}
