package io.mirrorneuron.port;

import io.mirrorneuron.model.Build;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A node of a runtime.
 *
 * @param name empty when it has none
 * @param status empty when it tells none
 * @param takesWork whether programs may be placed on it
 * @param cpus null when nobody knows, as is {@code memoryFreeMegabytes}
 * @param pools by name, in the runtime's order
 * @param build of its program; null when it does not tell
 * @param scheduleTimes at how many times schedules made no job, or made it late, as far as this
 *     node has dealt with them since its start; by what became of them
 */
public record ClusterNode(
    String name,
    String status,
    boolean takesWork,
    Integer cpus,
    Long memoryFreeMegabytes,
    Map<String, Pool> pools,
    Build build,
    Map<String, Long> scheduleTimes) {

  public ClusterNode {
    scheduleTimes = Collections.unmodifiableMap(new TreeMap<>(scheduleTimes));
    pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
  }

  /** Slots for programs, and how many wait for one. */
  public record Pool(int capacity, int inUse, int available, int queued) {}
}
