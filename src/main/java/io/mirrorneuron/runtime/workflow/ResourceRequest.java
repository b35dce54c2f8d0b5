package io.mirrorneuron.runtime.workflow;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The resources that an agent's program needs of its node ({@code runtime.md} 5.6), normalised from
 * all spellings.
 *
 * @param devices exclusive ones, each with how many
 * @param runtimeDriver required runner, or null
 */
public record ResourceRequest(
    Amounts amounts,
    List<DeviceDemand> devices,
    List<Port> ports,
    List<Volume> volumes,
    String runtimeDriver) {
  public static final ResourceRequest NONE =
      new ResourceRequest(Amounts.NONE, List.of(), List.of(), List.of(), null);

  public ResourceRequest {
    devices = List.copyOf(devices);
    ports = List.copyOf(ports);
    volumes = List.copyOf(volumes);
  }

  /** Whether it asks for nothing, so that any node can meet it. */
  public boolean isNothing() {
    return equals(NONE);
  }

  public ResourceRequest withoutPlaces() {
    return new ResourceRequest(amounts, devices, List.of(), List.of(), runtimeDriver);
  }

  /**
   * @param number 1 to 65535; 0 for any
   * @param protocol tcp, udp, http or grpc
   */
  public record Port(String label, @JsonProperty("port") int number, String protocol) {
    /** Whether it is a UDP port; UDP and TCP numbers are independent. */
    @JsonIgnore
    public boolean isUdp() {
      return protocol.equals("udp");
    }

    /** Whether the two conflict. */
    public boolean isSameNumber(Port other) {
      return number == other.number && isUdp() == other.isUdp();
    }

    /** The variable with the number for programs. */
    public String variable() {
      return "MN_PORT_" + label.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    public Port with(int chosen) {
      return new Port(label, chosen, protocol);
    }
  }

  /**
   * A folder of the node; the program only gets its path.
   *
   * @param source path on the node
   * @param target absolute path that the author would like to see it at
   * @param mode ro or rw
   */
  public record Volume(String name, String source, String target, String mode) {}

  /**
   * A demand of a job for devices. Members that are null, 0 or empty allow anything.
   *
   * @param resource {@code gpu}, or the author's word for another kind
   * @param minCount at least 1
   * @param requiredCapabilities any one of these
   * @param ids exactly these
   * @param apiVersionOperator {@code >}, {@code >=} or {@code ==}, as is {@code memoryOperator}
   * @param minMemoryMb free memory
   */
  @JsonInclude(Include.NON_EMPTY)
  public record DeviceDemand(
      String resource,
      int minCount,
      String vendor,
      String driver,
      List<String> requiredCapabilities,
      List<String> ids,
      String minApiVersion,
      String apiVersionOperator,
      Double minMemoryMb,
      String memoryOperator) {
    public DeviceDemand {
      requiredCapabilities =
          requiredCapabilities == null ? List.of() : List.copyOf(requiredCapabilities);
      ids = ids == null ? List.of() : List.copyOf(ids);
    }

    /** For people: {@code 2 devices of kind gpu, vendor nvidia, free MB >= 8000}. */
    public String words() {
      StringBuilder words = new StringBuilder();
      words.append(minCount == 1 ? "a device" : minCount + " devices").append(" of kind ");
      words.append(resource);
      add(words, "vendor", vendor);
      add(words, "driver", driver);
      add(words, "with", String.join(" or ", requiredCapabilities));
      add(words, "id", String.join(" or ", ids));
      add(words, "API " + apiVersionOperator, minApiVersion);
      add(
          words,
          "free MB " + memoryOperator,
          minMemoryMb == null ? "" : "%.0f".formatted(minMemoryMb));
      return words.toString();
    }

    private static void add(StringBuilder words, String name, String value) {
      if (value != null && !value.isEmpty()) {
        words.append(", ").append(name).append(' ').append(value);
      }
    }
  }

  /**
   * Gives each demand devices of its own. Finds a solution whenever there is one: a demand that
   * fits several devices makes room for a demand that fits only a certain device.
   */
  public static final class DeviceChoice {
    private final List<NodeDevice> free;
    private final List<DeviceDemand> places = new ArrayList<>();

    /** For each device, its holder's position in {@link #places}, or null. */
    private final Integer[] holder;

    private DeviceChoice(List<DeviceDemand> demands, List<NodeDevice> free) {
      this.free = free.stream().sorted(Comparator.comparingLong(NodeDevice::totalMb)).toList();
      demands.forEach(
          demand -> {
            for (int i = 0; i < demand.minCount() && places.size() <= free.size(); i++) {
              places.add(demand);
            }
          });
      this.holder = new Integer[free.size()];
    }

    /**
     * @param free devices without holder; of those that fit, small ones are preferred
     * @return empty when they do not suffice
     */
    public static Optional<List<NodeDevice>> of(List<DeviceDemand> demands, List<NodeDevice> free) {
      DeviceChoice choice = new DeviceChoice(demands, free);
      for (int place = 0; place < choice.places.size(); place++) {
        if (!choice.seat(place, new HashSet<>())) {
          return Optional.empty();
        }
      }
      return Optional.of(choice.chosen());
    }

    private boolean seat(int place, Set<Integer> tried) {
      for (int device = 0; device < free.size(); device++) {
        if (free.get(device).meets(places.get(place)) && tried.add(device)) {
          Integer other = holder[device];
          if (other == null || seat(other, tried)) {
            holder[device] = place;
            return true;
          }
        }
      }
      return false;
    }

    /** In the order of their vendor's tools. */
    private List<NodeDevice> chosen() {
      return IntStream.range(0, free.size())
          .filter(device -> holder[device] != null)
          .mapToObj(free::get)
          .sorted(Comparator.comparingInt(one -> one.device().index()))
          .toList();
    }
  }

  /**
   * Divisible resources of a machine, an allocation or a request. Whole numbers, so that sums are
   * exact.
   *
   * @param cpuMillis thousandths of a core
   * @param memoryMb of 1024 x 1024 bytes
   * @param diskMb of 1024 x 1024 bytes
   */
  public record Amounts(long cpuMillis, long memoryMb, long diskMb) {
    public static final Amounts NONE = new Amounts(0, 0, 0);

    public Amounts plus(Amounts other) {
      return new Amounts(
          cpuMillis + other.cpuMillis, memoryMb + other.memoryMb, diskMb + other.diskMb);
    }

    public Amounts minus(Amounts other) {
      return new Amounts(
          cpuMillis - other.cpuMillis, memoryMb - other.memoryMb, diskMb - other.diskMb);
    }

    /** Whether none of the amounts is above its limit. */
    public boolean fitsIn(Amounts there) {
      return cpuMillis <= there.cpuMillis && memoryMb <= there.memoryMb && diskMb <= there.diskMb;
    }

    /** Thousandths of a core for people: {@code 0.5}. */
    public static String cores(long millis) {
      return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }
  }

  /**
   * The resources of a node that one run of a program holds exclusively until the program is gone.
   *
   * @param ports each with its number
   * @param runtimeDriver what runs the program
   */
  public record Allocation(
      String node,
      @JsonProperty("resources") Amounts amounts,
      List<Device> devices,
      List<ResourceRequest.Port> ports,
      List<ResourceRequest.Volume> volumes,
      String runtimeDriver) {
    public Allocation {
      devices = List.copyOf(devices);
      ports = List.copyOf(ports);
      volumes = List.copyOf(volumes);
    }

    /**
     * A device by the names that its vendor's tools use.
     *
     * @param id unique on its node
     * @param index position among the devices of its vendor
     * @param kind {@code gpu}
     * @param vendor {@code nvidia}, {@code amd}, {@code apple}
     * @param driver {@code cuda}, {@code rocm}, {@code metal}
     */
    public record Device(String id, int index, String kind, String vendor, String driver) {}
  }
}
