package io.mirrorneuron.runtime.port;

import java.util.OptionalLong;

/**
 * Port: whether this server leads, and so does what only one server may do. Two servers may believe
 * so for a moment, so late writes of a leader must be refused: each write names the revision that
 * it replaces and the leader's term, each effect has an id.
 */
@FunctionalInterface
public interface Leader {
  /** A server without a cluster. */
  Leader ALONE = () -> OptionalLong.of(0);

  /**
   * The term of this leadership; no later one has the same. Writes name it, so that the store
   * refuses them once another server has led. 0 for a server without a cluster; empty when this
   * server does not lead.
   */
  OptionalLong term();

  /** Port: the clock of the engine, and its only way to wait. Tests move it by hand. */
  public interface Timers {
    /** Milliseconds since the epoch. */
    long now();

    /** Milliseconds of a monotonic clock with any origin, for elapsed time. */
    default long ticks() {
      return now();
    }

    /** Runs the task once, not before {@code at} (milliseconds since the epoch), on any thread. */
    void at(long at, Runnable task);
  }
}
