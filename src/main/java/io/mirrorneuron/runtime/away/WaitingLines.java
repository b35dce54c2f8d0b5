package io.mirrorneuron.runtime.away;

import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
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
  /** Of each line, in order, what wakes the execution. */
  private final Map<Wish, LinkedHashMap<String, Runnable>> lines = new HashMap<>();

  /** Whether nobody who asks for the same has waited for longer. */
  synchronized boolean isFirst(Wish wish, String executionId) {
    LinkedHashMap<String, Runnable> line = lines.get(wish);
    return line == null || line.firstEntry().getKey().equals(executionId);
  }

  /**
   * Puts it behind those that wait, unless it waits already.
   *
   * @param wake is called when it has become the first, or may find room
   */
  synchronized void join(Wish wish, String executionId, Runnable wake) {
    lines.computeIfAbsent(wish, _ -> new LinkedHashMap<>()).putIfAbsent(executionId, wake);
  }

  /** It waits no more: the next one looks. */
  void leave(Wish wish, String executionId) {
    Runnable next = null;
    synchronized (this) {
      LinkedHashMap<String, Runnable> line = lines.get(wish);
      if (line != null && line.remove(executionId) != null) {
        next = line.isEmpty() ? null : line.firstEntry().getValue();
        lines.computeIfPresent(wish, (_, left) -> left.isEmpty() ? null : left);
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
