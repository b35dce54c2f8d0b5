package io.mirrorneuron.runtime.away;

import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.Amounts;
import java.util.HashMap;
import java.util.Map;

/**
 * What was promised to programs of nodes that have not said since that they have given it: many may
 * be placed before one has begun. Not thread-safe.
 */
final class Pledges {
  private final Map<String, Pledge> pledges = new HashMap<>();

  /**
   * @param begunAt when it was given, by {@link System#nanoTime}; 0 before
   */
  private record Pledge(String node, Wish wish, long begunAt) {}

  void add(String executionId, String node, Wish wish) {
    pledges.put(executionId, new Pledge(node, wish, 0));
  }

  /** The node has given it: what it says from now on counts it. */
  void begun(String executionId, long at) {
    pledges.computeIfPresent(executionId, (_, one) -> new Pledge(one.node, one.wish, at));
  }

  void end(String executionId) {
    pledges.remove(executionId);
  }

  /**
   * The machine with what was promised since it was seen.
   *
   * @param seenAt by {@link System#nanoTime}
   */
  Machine on(Machine machine, long seenAt) {
    Map<String, Integer> slots = new HashMap<>(machine.slotsTaken());
    Amounts given = machine.given();
    for (Pledge one : pledges.values()) {
      boolean isCounted = one.begunAt != 0 && one.begunAt - seenAt <= 0;
      if (one.node.equals(machine.name()) && !isCounted) {
        if (one.wish.pool() != null) {
          slots.merge(one.wish.pool(), one.wish.slots(), Integer::sum);
        }
        given = given.plus(one.wish.request().amounts());
      }
    }
    return machine.taking(given, slots);
  }
}
