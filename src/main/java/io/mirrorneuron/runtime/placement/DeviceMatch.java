package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.placement.Machine.Device;
import io.mirrorneuron.runtime.workflow.DeviceDemand;
import io.mirrorneuron.runtime.workflow.Versions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Which devices meet which demands. Pure. */
public final class DeviceMatch {
  private DeviceMatch() {}

  /** Which of its memory a device is asked for. */
  public enum Memory {
    ALL,
    /** Of one that does not say what is free, all. */
    FREE
  }

  /**
   * A device of its own for each that is asked for, in the order of the demands; empty when there
   * are not enough. Where one demand can take only what another would have taken too, that one gets
   * something else.
   */
  public static Optional<List<Device>> assign(
      List<DeviceDemand> demands, List<Device> devices, Memory memory) {
    long wanted = demands.stream().mapToLong(DeviceDemand::minCount).sum();
    if (wanted > devices.size()) {
      return Optional.empty();
    }
    List<DeviceDemand> units = new ArrayList<>();
    for (DeviceDemand demand : demands) {
      for (int i = 0; i < demand.minCount(); i++) {
        units.add(demand);
      }
    }
    int[] takenBy = new int[devices.size()];
    Arrays.fill(takenBy, -1);
    for (int unit = 0; unit < units.size(); unit++) {
      if (!find(unit, units, devices, memory, takenBy, new boolean[devices.size()])) {
        return Optional.empty();
      }
    }
    Device[] given = new Device[units.size()];
    for (int i = 0; i < takenBy.length; i++) {
      if (takenBy[i] >= 0) {
        given[takenBy[i]] = devices.get(i);
      }
    }
    return Optional.of(List.of(given));
  }

  /** Finds a device for one unit, for which others may have to take another one. */
  private static boolean find(
      int unit,
      List<DeviceDemand> units,
      List<Device> devices,
      Memory memory,
      int[] takenBy,
      boolean[] tried) {
    for (int i = 0; i < takenBy.length; i++) {
      if (tried[i] || !fits(units.get(unit), devices.get(i), memory)) {
        continue;
      }
      tried[i] = true;
      if (takenBy[i] < 0 || find(takenBy[i], units, devices, memory, takenBy, tried)) {
        takenBy[i] = unit;
        return true;
      }
    }
    return false;
  }

  /** Whether the device is what is asked for. */
  public static boolean fits(DeviceDemand demand, Device device, Memory memory) {
    List<String> able = demand.requiredCapabilities();
    List<String> ids = demand.ids();
    return demand.resource().equalsIgnoreCase(device.kind())
        && is(demand.vendor(), device.vendor())
        && (is(demand.driver(), device.driver()) || is(demand.driver(), device.api()))
        && (able.isEmpty() || able.stream().anyMatch(one -> isAble(device, one)))
        && (ids.isEmpty()
            || ids.contains(device.id())
            || ids.contains(Integer.toString(device.index())))
        && speaks(demand, device)
        && hasMemory(demand, device, memory);
  }

  /** {@code any} is what some write for nothing. */
  private static boolean is(String wanted, String had) {
    return wanted == null || wanted.equalsIgnoreCase("any") || wanted.equalsIgnoreCase(had);
  }

  private static boolean isAble(Device device, String capability) {
    return device.capabilities().contains(capability.toLowerCase(Locale.ROOT));
  }

  private static boolean speaks(DeviceDemand demand, Device device) {
    if (demand.minApiVersion() == null) {
      return true;
    }
    OptionalInt compared = Versions.compare(device.apiVersion(), demand.minApiVersion());
    return compared.isPresent() && holds(demand.apiVersionOperator(), compared.getAsInt());
  }

  private static boolean hasMemory(DeviceDemand demand, Device device, Memory memory) {
    if (demand.minMemoryMb() == null) {
      return true;
    }
    boolean isFreeKnown = memory == Memory.FREE && device.freeMb() >= 0;
    double has = isFreeKnown ? device.freeMb() : device.totalMb();
    // Exactly so much of what is free can come to be free as long as the device has more.
    String operator = memory == Memory.ALL ? ">=" : demand.memoryOperator();
    return holds(operator, Double.compare(has, demand.minMemoryMb()));
  }

  private static boolean holds(String operator, int compared) {
    return switch (operator == null ? ">=" : operator) {
      case ">" -> compared > 0;
      case "==" -> compared == 0;
      default -> compared >= 0;
    };
  }
}
