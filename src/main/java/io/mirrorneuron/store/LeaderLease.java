package io.mirrorneuron.store;

import java.util.concurrent.CompletionStage;

/**
 * Port: leases that elect one server for work that must be done once for all servers of the store.
 * Times are by the clock of the store, so no two clocks are compared. When that clock is set back,
 * a lease seems to last much longer: a server that has seen it unchanged for longer than that may
 * overrule it. Thread-safe and not blocking.
 */
public interface LeaderLease {
  /** Term of a server that does not lead. */
  long NONE = 0;

  /**
   * Result of {@link #take}.
   *
   * @param term that {@link RecordStore#write} compares; {@link #NONE} while another server leads
   * @param other identifies the other server's lease, new after each renewal; else empty
   */
  record Answer(long term, String other) {}

  /**
   * Takes the lead, or renews it. An expired lead is taken with a new term, also by its former
   * leader.
   *
   * @param kind of the records that the leader works on
   * @param owner the caller
   * @param lastsMs unless it is renewed before
   * @param term that the caller has; {@link #NONE} when it has just started
   * @param over identifies another server's lease that counts as expired, whatever the clock of the
   *     store says; empty for none
   */
  CompletionStage<Answer> take(String kind, String owner, long lastsMs, long term, String over);

  /** Gives the lead up, if the owner has it. */
  CompletionStage<Void> leave(String kind, String owner, long term);
}
