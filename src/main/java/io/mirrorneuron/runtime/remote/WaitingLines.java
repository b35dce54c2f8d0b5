package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.remote.PlaceSearch.Place.Nowhere;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Programs that wait for resources on a node, queued by equal requests: only the first of a queue
 * searches for a node, so a thousand waiting programs cost no more than one. Thread-safe.
 */
final class WaitingLines {
  private static final Nowhere BEHIND =
      new Nowhere("no node has room for those that have waited for longer");

  /** By queue, in order, the callback that wakes the execution. */
  private final Map<Wish, LinkedHashMap<String, Runnable>> lines = new HashMap<>();

  /** Why the first of each queue waits. */
  private final Map<Wish, Nowhere> reasons = new HashMap<>();

  /** Whether no equal request has waited longer. */
  synchronized boolean isFirst(Wish wish, String executionId) {
    LinkedHashMap<String, Runnable> line = lines.get(wish);
    return line == null || line.firstEntry().getKey().equals(executionId);
  }

  /**
   * Appends it to its queue, unless it waits already.
   *
   * @param wake is called when it has become the first, or may find resources
   * @return why it waits
   */
  synchronized Nowhere join(Wish wish, String executionId, Runnable wake) {
    lines.computeIfAbsent(wish, _ -> new LinkedHashMap<>()).putIfAbsent(executionId, wake);
    Nowhere first = reasons.get(wish);
    return first != null && first.isForRoom() ? first : BEHIND;
  }

  /** The same for the first of its queue, which has found no place. */
  synchronized void lead(Wish wish, String executionId, Runnable wake, Nowhere reason) {
    join(wish, executionId, wake);
    reasons.put(wish, reason);
  }

  /** Removes it and wakes the next one. */
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

  /** A program has ended on some node: wakes the first of each queue. */
  void roomAgain() {
    List<Runnable> first = new ArrayList<>();
    synchronized (this) {
      lines.values().forEach(line -> first.add(line.firstEntry().getValue()));
    }
    first.forEach(Runnable::run);
  }
}
