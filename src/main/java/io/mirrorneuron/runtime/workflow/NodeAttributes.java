package io.mirrorneuron.runtime.workflow;

import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.DeviceDemand;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.Versions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/** Names of node attributes in constraints. */
public final class NodeAttributes {
  /** Prefix of the operator's labels. */
  public static final String LABEL = "meta.";

  private static final Set<String> TEXTS =
      Set.of(
          "name",
          "node",
          "unique.name",
          "hostname",
          "status",
          "eligible",
          "os",
          "family",
          "arch",
          "cpu_model",
          "drivers",
          "vendors",
          "runtime_drivers",
          "pools",
          "capabilities");

  private static final Set<String> NUMBERS =
      Set.of("cpu", "cpu_cores", "memory_mb", "memory_gb", "disk_mb", "disk_gb", "gpu_count");

  /** All with a fixed name. */
  public static final Set<String> ALL = all();

  private NodeAttributes() {}

  private static Set<String> all() {
    var all = new TreeSet<>(TEXTS);
    all.addAll(NUMBERS);
    return Set.copyOf(all);
  }

  /** Whether the attribute is text without an order. */
  public static boolean isText(String attribute) {
    return TEXTS.contains(attribute);
  }

  /** Whether a node may have the attribute. */
  public static boolean isKnown(String attribute) {
    return ALL.contains(attribute) || attribute.startsWith(LABEL);
  }

  /**
   * A device of a node, as reported by its vendor's tools. Null or negative members are unknown.
   *
   * @param apiVersion of its driver API, such as {@code 12.4}
   * @param totalMb of its own memory
   * @param freeMb of it now
   */
  public record NodeDevice(
      Allocation.Device device,
      String apiVersion,
      List<String> capabilities,
      long totalMb,
      long freeMb) {
    public NodeDevice {
      capabilities = List.copyOf(capabilities);
    }

    /** Whether it meets the demand. An unknown property does not. */
    public boolean meets(DeviceDemand demand) {
      List<String> able = demand.requiredCapabilities();
      List<String> ids = demand.ids();
      return demand.resource().equalsIgnoreCase(device.kind())
          && is(demand.vendor(), device.vendor())
          && is(demand.driver(), device.driver())
          && (able.isEmpty()
              || able.stream()
                  .anyMatch(one -> capabilities.stream().anyMatch(one::equalsIgnoreCase)))
          && (ids.isEmpty()
              || ids.contains(device.id())
              || ids.contains(Integer.toString(device.index())))
          && hasVersion(demand)
          && hasMemory(demand);
    }

    private static boolean is(String wanted, String had) {
      return wanted == null || wanted.equalsIgnoreCase(had);
    }

    private boolean hasVersion(DeviceDemand demand) {
      return demand.minApiVersion() == null
          || Versions.compare(apiVersion, demand.minApiVersion()).stream()
              .anyMatch(test(demand.apiVersionOperator()));
    }

    private boolean hasMemory(DeviceDemand demand) {
      if (demand.minMemoryMb() == null) {
        return true;
      }
      long has = freeMb < 0 ? totalMb : freeMb;
      return test(demand.memoryOperator()).test(Double.compare(has, demand.minMemoryMb()));
    }

    private static IntPredicate test(String operator) {
      return switch (operator) {
        case ">" -> order -> order > 0;
        case "==" -> order -> order == 0;
        default -> order -> order >= 0;
      };
    }
  }
}
