package io.mirrorneuron.runtime.workflow;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Gives each demand devices of its own. Finds a way whenever there is one: who could have any
 * device makes room for who needs a certain one.
 */
public final class DeviceChoice {
  private final List<NodeDevice> free;
  private final List<DeviceDemand> places = new ArrayList<>();

  /** The place that has each device, or null. */
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
   * @param free devices that nobody has; of those that fit, small ones are preferred
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

  /** In the order that their vendor's tools give them. */
  private List<NodeDevice> chosen() {
    return IntStream.range(0, free.size())
        .filter(device -> holder[device] != null)
        .mapToObj(free::get)
        .sorted(Comparator.comparingInt(one -> one.device().index()))
        .toList();
  }
}
