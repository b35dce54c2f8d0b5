package io.mirrorneuron.store;

import java.util.concurrent.CompletionStage;

/**
 * Port: which server does what must be done once for all that share the store. By the clock of the
 * store, so that no two clocks are compared. Thread-safe and not blocking.
 */
public interface LeaderLease {
  /** The term of who does not lead. */
  long NONE = 0;

  /**
   * Takes the lead, or keeps it. A lead that has ended is taken with a new term, also by who had it
   * before.
   *
   * @param kind of the records that want something done
   * @param owner who asks
   * @param lastsMs unless it is kept before
   * @param term that the owner has; {@link #NONE} when it has just started
   * @return the term, which {@link RecordStore#write} compares; {@link #NONE} while another leads
   */
  CompletionStage<Long> take(String kind, String owner, long lastsMs, long term);

  /** Gives the lead up, if it is the owner's. */
  CompletionStage<Void> leave(String kind, String owner, long term);
}
