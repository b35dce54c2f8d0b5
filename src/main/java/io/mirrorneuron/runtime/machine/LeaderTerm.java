package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.runtime.port.Leader;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.LeaderLease;
import java.util.OptionalLong;

/**
 * This server's lead over one kind of records. Uses a monotonic clock, counts the lease from the
 * time of the request and trusts it for less time than it lasts: a server that stood still knows at
 * once that it lost the lead. A lease of another server that was not renewed for longer than any
 * lease lasts counts as ended, even if the store's clock was set back. Thread-safe.
 */
public final class LeaderTerm implements Leader, AutoCloseable {
  private record Held(long term, long until) {}

  /**
   * The lease of another server.
   *
   * @param since when it was first seen, on the monotonic clock
   */
  private record Seen(String lease, long since) {
    private static final Seen NONE = new Seen("", Long.MAX_VALUE);

    Seen and(String now, long ticks) {
      if (now.isEmpty()) {
        return NONE;
      }
      return now.equals(lease) ? this : new Seen(now, ticks);
    }
  }

  private static final Held NOTHING = new Held(LeaderLease.NONE, Long.MIN_VALUE);

  private final String kind;
  private final String owner;
  private final LeaderLease lease;
  private final Lifetime lifetime;
  private final Timers timers;
  private volatile Held held = NOTHING;
  private volatile Seen seen = Seen.NONE;
  private volatile boolean closed;

  /**
   * @param owner id of this server; the same after a restart, so that it leads again at once
   * @param lifetime how long a lead lasts
   */
  public LeaderTerm(
      String kind, String owner, LeaderLease lease, Lifetime lifetime, Timers timers) {
    this.kind = kind;
    this.owner = owner;
    this.lease = lease;
    this.lifetime = lifetime;
    this.timers = timers;
  }

  public void start() {
    if (closed) {
      return;
    }
    long asked = timers.ticks();
    long term = held.term();
    timers.at(timers.now() + lifetime.leadAskMs(), this::start);
    boolean isSilent = asked - lifetime.silentLeadMs() >= seen.since();
    lease
        .take(kind, owner, lifetime.leadMs(), term, isSilent ? seen.lease() : "")
        .thenAccept(answer -> learn(answer, asked));
  }

  /** Calls are sequential. */
  private void learn(LeaderLease.Answer answer, long asked) {
    seen = seen.and(answer.other(), timers.ticks());
    held = answer.term() == LeaderLease.NONE ? NOTHING : trusted(answer.term(), asked);
  }

  private Held trusted(long term, long asked) {
    return new Held(term, asked + lifetime.trustedLeadMs());
  }

  @Override
  public OptionalLong term() {
    Held now = held;
    return timers.ticks() < now.until() ? OptionalLong.of(now.term()) : OptionalLong.empty();
  }

  /** Gives up the lead, so that another server can take it at once. */
  @Override
  public void close() {
    closed = true;
    long term = held.term();
    held = NOTHING;
    lease.leave(kind, owner, term);
  }
}
