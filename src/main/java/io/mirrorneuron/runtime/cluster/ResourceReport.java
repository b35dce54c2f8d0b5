package io.mirrorneuron.runtime.cluster;

import static io.mirrorneuron.runtime.cluster.Hardware.gigabytes;
import static io.mirrorneuron.runtime.cluster.Hardware.rounded;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.NodeSettings.Marks;
import io.mirrorneuron.runtime.exec.pool.Pools.Holder;
import io.mirrorneuron.runtime.exec.pool.Pools.ProgramCapacity;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.store.ResourceLimits.Resource;
import io.mirrorneuron.wire.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Capacity of the nodes, its sum, and the part within the limits. Pure. */
final class ResourceReport {
  private static final int LONGEST_PROBLEM = 200;

  private ResourceReport() {}

  /**
   * @param programs runners, slots and their use
   * @param holders owners of running programs, with their allocations
   */
  static ObjectNode of(
      NodeIdentity identity,
      Hardware hardware,
      ProgramCapacity programs,
      List<Holder> holders,
      Map<Resource, Integer> limits) {
    Capacity whole = Capacity.of(hardware);
    ObjectNode report = Json.object().put("mode", "single_node").put("node_count", 1);
    ObjectNode percents = report.putObject("limits");
    for (Resource resource : Resource.values()) {
      percents.put(resource.name().toLowerCase(Locale.ROOT), limits.getOrDefault(resource, 100));
    }
    report.set("combined", whole.document());
    report.set("totals", whole.document());
    report.set("usable", whole.limited(limits).document());
    ObjectNode node = node(identity, hardware, programs.runners(), whole);
    NodeDocument.addPools(node, programs.pools());
    GivenOut out = new GivenOut(holders, NodeStock.usable(NodeStock.total(hardware), limits));
    node.set("taken", Json.MAPPER.valueToTree(out.taken()));
    node.set("free", Json.MAPPER.valueToTree(out.free()));
    report.putArray("nodes").add(node);
    if (identity.grpcPort() > 0) { // else it is chosen later, and only the server knows it
      report.putArray("native_ports").add(endpoint(identity));
    }
    return report;
  }

  /** The runtime's address; a server in front of it adds its own endpoints. */
  private static ObjectNode endpoint(NodeIdentity identity) {
    String port = Integer.toString(identity.grpcPort());
    return Json.object()
        .put("name", "core_grpc")
        .put("label", "gRPC of the runtime")
        .put("host", identity.advertisedHost())
        .put("port", port)
        .put("target", identity.advertisedHost() + ":" + port);
  }

  /** Sizes in the units of their names. */
  private record Capacity(
      int cpuMillis,
      int gpuCount,
      long gpuTotalMegabytes,
      long gpuFreeMegabytes,
      double memoryGigabytes,
      double memoryAvailableGigabytes,
      double diskGigabytes,
      double diskAvailableGigabytes) {

    static Capacity of(Hardware hardware) {
      return new Capacity(
          1000 * hardware.cpu().logicalProcessors(),
          hardware.gpus().size(),
          hardware.gpus().stream().mapToLong(gpu -> Math.max(0, gpu.totalMegabytes())).sum(),
          hardware.gpus().stream().mapToLong(gpu -> Math.max(0, gpu.freeMegabytes())).sum(),
          gigabytes(hardware.memory().totalBytes()),
          gigabytes(hardware.memory().availableBytes()),
          gigabytes(hardware.disk().totalBytes()),
          gigabytes(hardware.disk().availableBytes()));
    }

    Capacity limited(Map<Resource, Integer> limits) {
      double cpu = share(limits, Resource.CPU);
      double gpu = share(limits, Resource.GPU);
      double memory = share(limits, Resource.MEMORY);
      double disk = share(limits, Resource.DISK);
      return new Capacity(
          (int) (cpuMillis * cpu),
          (int) (gpuCount * gpu),
          (long) (gpuTotalMegabytes * gpu),
          (long) (gpuFreeMegabytes * gpu),
          rounded(memoryGigabytes * memory),
          rounded(memoryAvailableGigabytes * memory),
          rounded(diskGigabytes * disk),
          rounded(diskAvailableGigabytes * disk));
    }

    private static double share(Map<Resource, Integer> limits, Resource resource) {
      return limits.getOrDefault(resource, 100) / 100.0;
    }

    ObjectNode document() {
      return Json.object()
          .put("cpu_cores", cpuMillis / 1000)
          .put("cpu_millis", cpuMillis)
          .put("gpu_count", gpuCount)
          .put("gpu_memory_total_mb", gpuTotalMegabytes)
          .put("gpu_memory_free_mb", gpuFreeMegabytes)
          .put("gpu_memory_total_gb", rounded(gpuTotalMegabytes / 1024.0))
          .put("gpu_memory_free_gb", rounded(gpuFreeMegabytes / 1024.0))
          .put("memory_gb", memoryGigabytes)
          .put("memory_total_gb", memoryGigabytes)
          .put("memory_available_gb", memoryAvailableGigabytes)
          .put("disk_gb", diskGigabytes)
          .put("disk_available_gb", diskAvailableGigabytes);
    }
  }

  private static ObjectNode node(
      NodeIdentity identity, Hardware hardware, List<String> runners, Capacity capacity) {
    ObjectNode node = Json.object();
    node.put("name", identity.name())
        .put("display_name", identity.displayName())
        .put("hostname", identity.hostname());
    node.set("platform", NodeDocument.platform(identity, hardware));
    node.put("self", true)
        .put("status", "healthy")
        .put("scheduling_eligible", !identity.networkOnly())
        .putNull("drain");
    node.setAll(capacity.document());
    var names = node.putArray("gpu");
    var devices = node.putArray("devices");
    for (Hardware.Gpu gpu : hardware.gpus()) {
      names.add(gpu.name());
      devices.add(device(gpu));
    }
    var drivers = node.putArray("drivers");
    hardware.gpus().stream()
        .map(gpu -> gpu.software().driver())
        .filter(Objects::nonNull)
        .distinct()
        .forEach(drivers::add);
    runners.forEach(node.putArray("runtime_drivers")::add);
    node.putArray("host_paths");
    mark(node, identity.marks());
    hardware.problems().stream()
        .map(ResourceReport::shortened)
        .forEach(node.putArray("problems")::add);
    return node;
  }

  /** Attributes for constraints, as set by the operator. */
  private static void mark(ObjectNode node, Marks marks) {
    ObjectNode meta = node.putObject("meta");
    new TreeMap<>(marks.labels()).forEach(meta::put);
    marks.capabilities().forEach(node.putArray("capabilities")::add);
  }

  private static String shortened(String sentence) {
    return sentence.length() <= LONGEST_PROBLEM
        ? sentence
        : sentence.substring(0, LONGEST_PROBLEM) + "…";
  }

  private static ObjectNode device(Hardware.Gpu gpu) {
    Hardware.Software software = gpu.software();
    ObjectNode device = Json.object();
    device
        .put("id", gpu.id())
        .put("index", gpu.index())
        .put("name", gpu.name())
        .put("model", gpu.name())
        .put("kind", "gpu")
        .put("type", "gpu")
        .put("vendor", software.vendor())
        .put("driver", software.driver())
        .put("api", software.api())
        .put("api_version", software.apiVersion())
        .put("driver_version", software.driverVersion())
        .put("gpu_type", gpu.name())
        .put("memory_total_mb", known(gpu.totalMegabytes()))
        .put("memory_free_mb", known(gpu.freeMegabytes()))
        .put("memory_used_mb", known(gpu.usedMegabytes()))
        .put("utilization_ratio", gpu.utilization() < 0 ? null : rounded(gpu.utilization()))
        .put("memory_used_ratio", NodeDocument.memoryUsedRatio(gpu));
    software.capabilities().forEach(device.putArray("capabilities")::add);
    return device;
  }

  private static Long known(long size) {
    return size < 0 ? null : size;
  }

  /** The resources of a node that programs hold, and those left within the limits. Pure. */
  private record GivenOut(List<Holder> holders, Amounts usable) {
    /** Limit of listed devices, ports and holders. */
    private static final int MOST_LISTED = 100;

    /**
     * Resources held by programs.
     *
     * @param programs number of programs with resources
     * @param devices ids of the first
     * @param ports the first
     * @param holders owners of these programs, including those with slots only; the first by job
     * @param holdersOmitted number of further holders
     */
    record Taken(
        double cpuCores,
        long memoryMb,
        long diskMb,
        int programs,
        List<String> devices,
        List<Integer> ports,
        List<Held> holders,
        int holdersOmitted) {}

    /**
     * @param slots of the pool
     */
    record Held(
        String jobId,
        String agentId,
        String pool,
        int slots,
        double cpuCores,
        long memoryMb,
        long diskMb,
        List<String> devices,
        List<Integer> ports) {
      static Held of(Holder holder) {
        List<Allocation> given = Stream.ofNullable(holder.allocation()).toList();
        Amounts amounts = GivenOut.sum(given);
        return new Held(
            holder.jobId(),
            holder.agentId(),
            holder.pool(),
            holder.slots(),
            amounts.cpuMillis() / 1000.0,
            amounts.memoryMb(),
            amounts.diskMb(),
            GivenOut.devices(given),
            GivenOut.ports(given));
      }
    }

    record Free(double cpuCores, long memoryMb, long diskMb) {}

    Taken taken() {
      List<Allocation> given = given();
      Amounts sum = sum(given);
      List<Held> reported =
          holders.stream()
              .sorted(Comparator.comparing(Holder::jobId).thenComparing(Holder::agentId))
              .limit(MOST_LISTED)
              .map(Held::of)
              .toList();
      return new Taken(
          sum.cpuMillis() / 1000.0,
          sum.memoryMb(),
          sum.diskMb(),
          given.size(),
          devices(given),
          ports(given),
          reported,
          holders.size() - reported.size());
    }

    private List<Allocation> given() {
      return holders.stream().map(Holder::allocation).filter(Objects::nonNull).toList();
    }

    private static List<String> devices(List<Allocation> given) {
      return given.stream()
          .flatMap(one -> one.devices().stream())
          .map(Allocation.Device::id)
          .distinct()
          .limit(MOST_LISTED)
          .toList();
    }

    private static List<Integer> ports(List<Allocation> given) {
      return given.stream()
          .flatMap(one -> one.ports().stream())
          .map(ResourceRequest.Port::number)
          .limit(MOST_LISTED)
          .toList();
    }

    /** Never negative, although lowered limits may be below the present use. */
    Free free() {
      Amounts left = usable.minus(sum(given()));
      return new Free(
          Math.max(0, left.cpuMillis()) / 1000.0,
          Math.max(0, left.memoryMb()),
          Math.max(0, left.diskMb()));
    }

    private static Amounts sum(List<Allocation> given) {
      return given.stream().map(Allocation::amounts).reduce(Amounts.NONE, Amounts::plus);
    }
  }
}
