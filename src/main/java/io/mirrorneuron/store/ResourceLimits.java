package io.mirrorneuron.store;

import java.util.Map;

/**
 * Port: the operator's limits on what the nodes may spend, in per cent of what they have. Shared by
 * all nodes of a cluster. Thread-safe.
 */
public interface ResourceLimits {
  enum Resource {
    CPU,
    GPU,
    MEMORY,
    DISK
  }

  /** What was set; a resource that never was is absent and unlimited. */
  Map<Resource, Integer> load();

  /** Sets these limits durably and leaves the others as they are. */
  void merge(Map<Resource, Integer> changes);
}
