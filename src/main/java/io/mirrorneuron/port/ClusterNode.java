package io.mirrorneuron.port;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A node of a runtime.
 *
 * @param name empty when it has none
 * @param status empty when it tells none
 * @param takesWork whether programs may be placed on it
 * @param cpus null when nobody knows, as is {@code memoryFreeMegabytes}
 * @param pools by name, in the runtime's order
 */
public record ClusterNode(
    String name,
    String status,
    boolean takesWork,
    Integer cpus,
    Long memoryFreeMegabytes,
    Map<String, Pool> pools) {

  public ClusterNode {
    pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
  }

  /** Slots for programs, and how many wait for one. */
  public record Pool(int capacity, int inUse, int available, int queued) {
    private static Pool of(JsonNode pool) {
      return new Pool(
          pool.path("capacity").asInt(),
          pool.path("in_use").asInt(),
          pool.path("available").asInt(),
          pool.path("queued").asInt());
    }
  }

  static ClusterNode of(JsonNode node) {
    Map<String, Pool> pools = new LinkedHashMap<>();
    node.path("executor_pools")
        .properties()
        .forEach(pool -> pools.put(pool.getKey(), Pool.of(pool.getValue())));
    JsonNode cpus = node.at("/hardware/cpu/logical_processors");
    JsonNode free = node.at("/hardware/memory/available_mb");
    return new ClusterNode(
        node.path("name").asText(),
        node.path("status").asText(),
        node.path("scheduling_eligible").asBoolean(),
        cpus.isNumber() ? cpus.asInt() : null,
        free.isNumber() ? free.asLong() : null,
        pools);
  }
}
