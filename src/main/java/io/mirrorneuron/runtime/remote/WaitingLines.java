package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.remote.PlaceSearch.Place.Nowhere;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Programs that wait until a node has room, a line for those that ask for the same: only the first
 * of a line looks for a node, so a thousand that wait cost no more than one. Thread-safe.
 */
final class WaitingLines {
  private static final Nowhere BEHIND =
      new Nowhere("no node has room for those that have waited for longer");

  /** Of each line, in order, what wakes the execution. */
  private final Map<Wish, LinkedHashMap<String, Runnable>> lines = new HashMap<>();

  /** What the first of each line waits for. */
  private final Map<Wish, Nowhere> reasons = new HashMap<>();

  /** Whether nobody who asks for the same has waited for longer. */
  synchronized boolean isFirst(Wish wish, String executionId) {
    LinkedHashMap<String, Runnable> line = lines.get(wish);
    return line == null || line.firstEntry().getKey().equals(executionId);
  }

  /**
   * Puts it behind those that wait, unless it waits already.
   *
   * @param wake is called when it has become the first, or may find room
   * @return what it waits for
   */
  synchronized Nowhere join(Wish wish, String executionId, Runnable wake) {
    lines.computeIfAbsent(wish, _ -> new LinkedHashMap<>()).putIfAbsent(executionId, wake);
    Nowhere first = reasons.get(wish);
    return first != null && first.isForRoom() ? first : BEHIND;
  }

  /** The same of one that found no place, as nobody has waited for longer. */
  synchronized void lead(Wish wish, String executionId, Runnable wake, Nowhere reason) {
    join(wish, executionId, wake);
    reasons.put(wish, reason);
  }

  /** It waits no more: the next one looks. */
  void leave(Wish wish, String executionId) {
    Runnable next = null;
    synchronized (this) {
      LinkedHashMap<String, Runnable> line = lines.get(wish);
      if (line != null && line.remove(executionId) != null) {
        next = line.isEmpty() ? null : line.firstEntry().getValue();
        if (line.isEmpty()) {
          lines.remove(wish);
          reasons.remove(wish);
        }
      }
    }
    if (next != null) {
      next.run();
    }
  }

  /** Somewhere a program has ended. */
  void roomAgain() {
    List<Runnable> first = new ArrayList<>();
    synchronized (this) {
      lines.values().forEach(line -> first.add(line.firstEntry().getValue()));
    }
    first.forEach(Runnable::run);
  }
}
