package io.mirrorneuron.runtime.cluster;

import static io.mirrorneuron.runtime.cluster.Hardware.megabytes;
import static io.mirrorneuron.runtime.cluster.Hardware.rounded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.model.Build;
import io.mirrorneuron.runtime.exec.pool.Pools.PoolUsage;
import io.mirrorneuron.wire.Json;
import java.util.List;

/** A node in the system summary. */
public final class NodeDocument {
  private NodeDocument() {}

  static ObjectNode summary(NodeIdentity identity, Hardware hardware, List<PoolUsage> pools) {
    ObjectNode node = Json.object();
    node.put("name", identity.name())
        .put("display_name", identity.displayName())
        .put("hostname", identity.hostname())
        .put("status", "healthy")
        .put("scheduling_eligible", !identity.networkOnly())
        .putNull("drain");
    node.putArray("connected_nodes");
    // Producers write the first, existing gateways read the second.
    node.put("self", true).put("self?", true);
    node.put("scheduler_hint", "cluster_member");
    Build build = Build.current();
    node.put("version", build.version()).put("commit", build.commit());
    node.put("build_date", build.date());
    node.put("grpc_host", identity.advertisedHost()).put("grpc_port", identity.grpcPort());
    addPools(node, pools);
    node.set("hardware", hardware(identity, hardware));
    return node;
  }

  static void addPools(ObjectNode node, List<PoolUsage> pools) {
    ObjectNode executorPools = node.putObject("executor_pools");
    pools.forEach(usage -> executorPools.set(usage.pool(), pool(usage)));
  }

  static ObjectNode platform(NodeIdentity identity, Hardware hardware) {
    return Json.object()
        .put("family", hardware.family())
        .put("os", hardware.os())
        .put("node", identity.name())
        .put("hostname", identity.hostname())
        .put("display_name", identity.displayName());
  }

  private static ObjectNode pool(PoolUsage usage) {
    return Json.object()
        .put("capacity", usage.capacity())
        .put("in_use", usage.inUse())
        .put("available", usage.available())
        .put("queued", usage.queued())
        .put("active", usage.active());
  }

  private static ObjectNode hardware(NodeIdentity identity, Hardware hardware) {
    ObjectNode document = Json.object();
    document.set("platform", platform(identity, hardware));
    document.set("cpu", cpu(hardware.cpu()));
    document.set("memory", memory(hardware.memory()));
    document.set("gpu", gpus(hardware));
    document
        .putObject("disk")
        .put("total_bytes", hardware.disk().totalBytes())
        .put("total_mb", megabytes(hardware.disk().totalBytes()))
        .put("available_bytes", hardware.disk().availableBytes())
        .put("available_mb", megabytes(hardware.disk().availableBytes()));
    return document;
  }

  private static ObjectNode cpu(Hardware.Cpu cpu) {
    ObjectNode document =
        Json.object()
            .put("logical_processors", cpu.logicalProcessors())
            .put("architecture", cpu.architecture())
            .put("model", cpu.model());
    if (cpu.loadAverage1m() < 0) {
      return document.putNull("load_average_1m").putNull("load_ratio");
    }
    return document
        .put("load_average_1m", rounded(cpu.loadAverage1m()))
        .put("load_ratio", rounded(cpu.loadRatio()));
  }

  private static ObjectNode memory(Hardware.Memory memory) {
    return Json.object()
        .put("total_bytes", memory.totalBytes())
        .put("total_mb", megabytes(memory.totalBytes()))
        .put("available_bytes", memory.availableBytes())
        .put("available_mb", megabytes(memory.availableBytes()))
        .put("used_bytes", memory.usedBytes())
        .put("used_mb", megabytes(memory.usedBytes()))
        .put("used_ratio", ratio(memory.usedBytes(), memory.totalBytes()));
  }

  private static JsonNode gpus(Hardware hardware) {
    if (hardware.gpus().isEmpty()) {
      return TextNode.valueOf("Unknown or None");
    }
    ArrayNode list = Json.MAPPER.createArrayNode();
    for (Hardware.Gpu gpu : hardware.gpus()) {
      list.addObject()
          .put("name", gpu.name())
          .put("utilization_ratio", gpu.utilization() < 0 ? null : rounded(gpu.utilization()))
          .put("memory_used_mb", gpu.usedMegabytes() < 0 ? null : gpu.usedMegabytes())
          .put("memory_total_mb", gpu.totalMegabytes() < 0 ? null : gpu.totalMegabytes())
          .put("memory_used_ratio", memoryUsedRatio(gpu));
    }
    return list;
  }

  /** Null when unknown. */
  static Double memoryUsedRatio(Hardware.Gpu gpu) {
    return gpu.usedMegabytes() < 0 || gpu.totalMegabytes() <= 0
        ? null
        : Double.valueOf(ratio(gpu.usedMegabytes(), gpu.totalMegabytes()));
  }

  private static double ratio(long part, long whole) {
    return whole <= 0 ? 0 : rounded((double) part / whole);
  }

  /** The node's description in a handshake, as JSON. */
  public static String info(NodeIdentity identity, Hardware machine, CoordinationStore store) {
    ObjectNode info =
        Json.object()
            .put("node_name", identity.name())
            .put("node_role", identity.role())
            .put("display_name", identity.displayName())
            .put("hostname", identity.hostname())
            .put("cpu_cores", machine.cpu().logicalProcessors())
            .put("cpu_model", machine.cpu().model())
            .put("gpu_count", machine.gpus().size())
            .put("gpu_model", machine.gpus().isEmpty() ? null : machine.gpus().getFirst().name());
    machine.gpus().forEach(gpu -> info.withArray("/gpu_models").add(gpu.name()));
    info.withArray("/gpu_models");
    info.put("memory_gb", Hardware.gigabytes(machine.memory().totalBytes()));
    info.set("coordination_store", Json.MAPPER.valueToTree(store));
    return Json.write(info);
  }
}
