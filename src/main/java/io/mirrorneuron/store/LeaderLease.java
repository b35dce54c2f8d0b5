package io.mirrorneuron.store;

import java.util.concurrent.CompletionStage;

/**
 * Port: which server does what must be done once for all that share the store. By the clock of the
 * store, so that no two clocks are compared. That clock may be set back, and then a lease seems to
 * last much longer than it does: who has seen it unchanged for longer than that says so.
 * Thread-safe and not blocking.
 */
public interface LeaderLease {
  /** The term of who does not lead. */
  long NONE = 0;

  /**
   * What came of asking for the lead.
   *
   * @param term which {@link RecordStore#write} compares; {@link #NONE} while another leads
   * @param other names the lease of that other, never the same after it was kept; else empty
   */
  record Answer(long term, String other) {}

  /**
   * Takes the lead, or keeps it. A lead that has ended is taken with a new term, also by who had it
   * before.
   *
   * @param kind of the records that want something done
   * @param owner who asks
   * @param lastsMs unless it is kept before
   * @param term that the owner has; {@link #NONE} when it has just started
   * @param over names a lease of another that has ended, whatever the clock of the store says;
   *     empty for none
   */
  CompletionStage<Answer> take(String kind, String owner, long lastsMs, long term, String over);

  /** Gives the lead up, if it is the owner's. */
  CompletionStage<Void> leave(String kind, String owner, long term);
}
