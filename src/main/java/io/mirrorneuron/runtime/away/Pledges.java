package io.mirrorneuron.runtime.away;

import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.Amounts;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What was promised to programs of nodes that have not said since that they have it, or that they
 * have given it back: many may be placed before one has begun, and end before their node is asked
 * again. Not thread-safe.
 */
final class Pledges {
  /** What a node says of itself is never older; by then it has said that a program has ended. */
  private static final long OLDEST_NANOS = Duration.ofSeconds(30).toNanos();

  private final Map<String, Pledge> open = new HashMap<>();
  private final Map<String, Ended> ended = new HashMap<>();

  /** By node, the number of the last pledge of it. */
  private final Map<String, Long> turns = new HashMap<>();

  private long made;

  private record Pledge(String node, Wish wish) {}

  /**
   * @param at by {@link System#nanoTime}
   */
  private record Ended(Pledge pledge, long at) {}

  void add(String executionId, String node, Wish wish) {
    open.put(executionId, new Pledge(node, wish));
    turns.put(node, ++made);
  }

  /** The lower it is, the longer ago the node was chosen; 0 for one that never was. */
  long turn(String node) {
    return turns.getOrDefault(node, 0L);
  }

  /**
   * The program has ended, or its node was left with it.
   *
   * @param at by {@link System#nanoTime}
   */
  void end(String executionId, long at) {
    Pledge one = open.remove(executionId);
    if (one != null) {
      ended.put(executionId, new Ended(one, at));
    }
  }

  /**
   * The machine with what was promised and does not count as given there yet, and without what
   * counts as given and has ended.
   *
   * @param seenAt when it was asked, by {@link System#nanoTime}
   */
  Machine on(Machine machine, long seenAt) {
    ended.entrySet().removeIf(one -> isKnown(one.getKey(), one.getValue(), machine, seenAt));
    Map<String, Integer> slots = new HashMap<>(machine.slotsTaken());
    Amounts given = machine.given();
    for (Map.Entry<String, Pledge> one : open.entrySet()) {
      if (isOn(one.getValue(), machine) && !machine.programs().contains(one.getKey())) {
        given = given.plus(one.getValue().wish.request().amounts());
        count(one.getValue().wish, slots, 1);
      }
    }
    for (Map.Entry<String, Ended> one : ended.entrySet()) {
      Pledge pledge = one.getValue().pledge;
      if (isOn(pledge, machine) && machine.programs().contains(one.getKey())) {
        given = given.minus(pledge.wish.request().amounts());
        count(pledge.wish, slots, -1);
      }
    }
    return machine.taking(given, slots);
  }

  private static boolean isOn(Pledge pledge, Machine machine) {
    return pledge.node.equals(machine.name());
  }

  /** Whether its node has been asked since, and does not count it any more. */
  private static boolean isKnown(String executionId, Ended one, Machine machine, long seenAt) {
    return seenAt - one.at >= 0
            && isOn(one.pledge, machine)
            && !machine.programs().contains(executionId)
        || seenAt - one.at > OLDEST_NANOS;
  }

  private static void count(Wish wish, Map<String, Integer> slots, int times) {
    if (wish.pool() != null) {
      slots.merge(wish.pool(), times * wish.slots(), Integer::sum);
    }
  }
}
