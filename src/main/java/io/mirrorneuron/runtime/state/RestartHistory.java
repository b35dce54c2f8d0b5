package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.AgentState.LastProgram;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The restarts of one agent within its sliding window, its moves, and why it is not started any
 * more.
 */
public final class RestartHistory {
  private final Runnable changed;
  private final Deque<Long> restarts = new ArrayDeque<>();
  private final Deque<Long> moved = new ArrayDeque<>();
  private final Set<String> left = new TreeSet<>();
  private int moves;
  private String exhausted;
  private long exhaustedAt;
  private String lastSuccess;

  /**
   * As stored with the agent.
   *
   * @param restarts times, oldest first
   * @param moves number of moves
   * @param moved times of the last moves, oldest first
   * @param left nodes that it was moved away from
   * @param lastSuccess when a program ended well, if later ones failed
   */
  @JsonInclude(Include.NON_DEFAULT)
  record Stored(
      List<Long> restarts,
      int moves,
      List<Long> moved,
      Set<String> left,
      String exhausted,
      long exhaustedAt,
      String lastSuccess) {}

  /**
   * @param changed marks the agent's record for the next commit
   */
  RestartHistory(Runnable changed) {
    this.changed = changed;
  }

  /** Number of remembered restarts. */
  public int count() {
    return restarts.size();
  }

  /** Times of the restarts in milliseconds since the epoch, oldest first. */
  public List<Long> times() {
    return List.copyOf(restarts);
  }

  /** Times of the last moves or attempted moves, oldest first. */
  public List<Long> movedAt() {
    return List.copyOf(moved);
  }

  /**
   * Names of the nodes that the agent was moved away from after its restarts were used up. It runs
   * on another node while one meets its request.
   */
  public Set<String> left() {
    return Set.copyOf(left);
  }

  /** Number of moves or attempted moves since this time. */
  public int movesSince(long time) {
    return (int) moved.stream().filter(at -> at > time).count();
  }

  /** Why there was no restart left at the last failure; null when there was. */
  public String exhausted() {
    return exhausted;
  }

  /**
   * When a program of it last ended well; null when none did.
   *
   * @param last program that ended, or null
   * @param error why that failed, or null
   */
  public String lastSuccess(LastProgram last, String error) {
    return last == null || error != null ? lastSuccess : last.timestamp();
  }

  /** Whether it was never restarted and never failed for good. */
  public boolean isBlank() {
    return restarts.isEmpty() && moves == 0 && exhausted == null;
  }

  /** Time of the last change, in milliseconds since the epoch; 0 for never. */
  public long changedAt() {
    long last = Math.max(restarts.isEmpty() ? 0 : restarts.getLast(), exhaustedAt);
    return Math.max(last, moved.isEmpty() ? 0 : moved.getLast());
  }

  public boolean isEmpty() {
    return restarts.isEmpty();
  }

  /** Time of the first remembered restart, in milliseconds since the epoch. */
  public long first() {
    return restarts.getFirst();
  }

  /** Number of moves or attempted moves. */
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
   * @param kept maximum of remembered restarts
   */
  public void add(long now, int kept) {
    exhausted = null;
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

  /**
   * The agent moves: on the new node its restarts are counted anew.
   *
   * @param from node that it leaves, or null when it has run on none
   */
  public void move(long now, int kept, String from) {
    moves++;
    if (from != null) {
      left.add(from);
    }
    moved.addLast(now);
    if (moved.size() > kept) {
      moved.removeFirst();
    }
    clear();
  }

  /** After a person's review: the agent may run on any node again. */
  public void forgive() {
    left.clear();
    clear();
  }

  /** There is no restart left. */
  public void exhaust(String why, long now) {
    exhausted = why;
    exhaustedAt = now;
    changed.run();
  }

  /**
   * Its next program ended.
   *
   * @param before the program before that, or null
   * @param error why that one failed, or null
   */
  void ran(LastProgram before, String error) {
    lastSuccess = lastSuccess(before, error);
  }

  void succeeded() {
    lastSuccess = null;
    exhausted = null;
  }

  void writeTo(ObjectNode json) {
    if (!isBlank() || lastSuccess != null) {
      Stored stored =
          new Stored(
              times().isEmpty() ? null : times(),
              moves,
              moved.isEmpty() ? null : movedAt(),
              left.isEmpty() ? null : left(),
              exhausted,
              exhausted == null ? 0 : exhaustedAt,
              lastSuccess);
      json.setAll(Json.MAPPER.<ObjectNode>valueToTree(stored));
    }
  }

  void restore(Stored stored) {
    if (stored.restarts() != null) {
      restarts.addAll(stored.restarts());
    }
    if (stored.moved() != null) {
      moved.addAll(stored.moved());
    }
    if (stored.left() != null) {
      left.addAll(stored.left());
    }
    moves = stored.moves();
    exhausted = stored.exhausted();
    exhaustedAt = stored.exhaustedAt();
    lastSuccess = stored.lastSuccess();
  }
}
