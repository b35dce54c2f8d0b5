package io.mirrorneuron.runtime.away;

import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.workflow.Amounts;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What was promised to programs of nodes that have not said since that they have given it, or that
 * they have it back: many may be placed before one has begun, and end before their node is asked
 * again. Not thread-safe.
 */
final class Pledges {
  /** What a node says of itself is never older; by then it has said that a program has ended. */
  private static final long OLDEST_NANOS = Duration.ofSeconds(30).toNanos();

  private final Map<String, Pledge> open = new HashMap<>();
  private final Map<String, Pledge> ended = new HashMap<>();

  /** By node, the number of the last pledge of it. */
  private final Map<String, Long> turns = new HashMap<>();

  private long made;

  /**
   * Times are those of {@link System#nanoTime}.
   *
   * @param begunAt when it was given; 0 before
   * @param endedAt 0 before
   */
  private record Pledge(String node, Wish wish, long begunAt, long endedAt) {
    /** Whether it counts for the node, and not for what the node said then. */
    boolean isMissing(long seenAt) {
      return endedAt == 0 && (begunAt == 0 || begunAt - seenAt > 0);
    }

    /** Whether it counts for what the node said then, and does not any more. */
    boolean isGivenBack(long seenAt) {
      return endedAt != 0 && begunAt - seenAt <= 0 && endedAt - seenAt > 0;
    }
  }

  void add(String executionId, String node, Wish wish) {
    open.put(executionId, new Pledge(node, wish, 0, 0));
    turns.put(node, ++made);
  }

  /** The lower it is, the longer ago the node was chosen; 0 for one that never was. */
  long turn(String node) {
    return turns.getOrDefault(node, 0L);
  }

  /** The node has given it: what it says from now on counts it. */
  void begun(String executionId, long at) {
    open.computeIfPresent(executionId, (_, one) -> new Pledge(one.node, one.wish, at, 0));
  }

  /** The node has it back: what it says from now on does not count it. */
  void end(String executionId, long at) {
    Pledge one = open.remove(executionId);
    if (one != null && one.begunAt != 0) {
      ended.put(executionId, new Pledge(one.node, one.wish, one.begunAt, at));
    }
  }

  /**
   * The machine with what was promised, and given back, since it was seen.
   *
   * @param seenAt by {@link System#nanoTime}
   */
  Machine on(Machine machine, long seenAt) {
    ended
        .values()
        .removeIf(
            one ->
                seenAt - one.endedAt >= 0 && one.node.equals(machine.name())
                    || seenAt - one.endedAt > OLDEST_NANOS);
    Map<String, Integer> slots = new HashMap<>(machine.slotsTaken());
    Amounts given = machine.given();
    for (Pledge one : open.values()) {
      if (one.node.equals(machine.name()) && one.isMissing(seenAt)) {
        given = given.plus(one.wish.request().amounts());
        count(one.wish, slots, 1);
      }
    }
    for (Pledge one : ended.values()) {
      if (one.node.equals(machine.name()) && one.isGivenBack(seenAt)) {
        given = given.minus(one.wish.request().amounts());
        count(one.wish, slots, -1);
      }
    }
    return machine.taking(given, slots);
  }

  private static void count(Wish wish, Map<String, Integer> slots, int times) {
    if (wish.pool() != null) {
      slots.merge(wish.pool(), times * wish.slots(), Integer::sum);
    }
  }
}
