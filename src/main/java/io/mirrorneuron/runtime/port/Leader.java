package io.mirrorneuron.runtime.port;

import java.util.OptionalLong;

/**
 * Port: whether this server is the one that does what must be done once for all of them. Two may
 * think so for a moment, so everything a leader writes must be refused when it is late: a write
 * that names the revision it replaces and the leader's term, an effect with an id.
 */
@FunctionalInterface
public interface Leader {
  /** A server that has no others beside it. */
  Leader ALONE = () -> OptionalLong.of(0);

  /**
   * The number of this leadership, which no later one has: what the leader writes names it, so that
   * the store refuses it when another has led since. 0 when nobody counts; empty for who does not
   * lead.
   */
  OptionalLong term();

  /** Port: the clock of the engine, and its only way to wait. Tests move it by hand. */
  public interface Timers {
    /** Milliseconds since the epoch. */
    long now();

    /**
     * Milliseconds of a clock that nobody sets, from no certain beginning: how much time has
     * passed.
     */
    default long ticks() {
      return now();
    }

    /** Runs the task once, not before {@code at} (milliseconds since the epoch), on any thread. */
    void at(long at, Runnable task);
  }
}
