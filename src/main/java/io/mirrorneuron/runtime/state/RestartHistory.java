package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** How often one agent was restarted within its sliding window, and how often it was moved. */
public final class RestartHistory {
  private final Runnable changed;
  private final Deque<Long> restarts = new ArrayDeque<>();
  private int moves;

  /**
   * @param changed has the agent's record written with the next commit
   */
  RestartHistory(Runnable changed) {
    this.changed = changed;
  }

  /** How many restarts are remembered. */
  public int count() {
    return restarts.size();
  }

  /** When they were, in milliseconds since the epoch, oldest first. */
  public List<Long> times() {
    return List.copyOf(restarts);
  }

  public boolean isEmpty() {
    return restarts.isEmpty();
  }

  /** When the first restart that is remembered was, in milliseconds since the epoch. */
  public long first() {
    return restarts.getFirst();
  }

  /** How often the agent was moved, or would have been. */
  public int moves() {
    return moves;
  }

  /**
   * Restarts up to this time, in milliseconds since the epoch, do not count any more. Stored with
   * the next change only.
   */
  public void forgetUntil(long time) {
    while (!restarts.isEmpty() && restarts.getFirst() <= time) {
      restarts.removeFirst();
    }
  }

  /**
   * @param kept how many restarts are remembered at most
   */
  public void add(long now, int kept) {
    restarts.addLast(now);
    if (restarts.size() > kept) {
      restarts.removeFirst();
    }
    changed.run();
  }

  public void clear() {
    restarts.clear();
    changed.run();
  }

  /** The agent is moved: on the new node its restarts are counted anew. */
  public void move() {
    moves++;
    clear();
  }

  void writeTo(ObjectNode json) {
    if (!restarts.isEmpty()) {
      json.set("restarts", Json.MAPPER.valueToTree(restarts));
    }
    if (moves > 0) {
      json.put("moves", moves);
    }
  }

  /**
   * @param stored times of the restarts; null for none
   */
  void restore(List<Long> stored, int storedMoves) {
    if (stored != null) {
      restarts.addAll(stored);
    }
    moves = storedMoves;
  }
}
