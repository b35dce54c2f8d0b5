package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.NodeRegistry.Beat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node among those that share the store: sends its heartbeats, and knows when other nodes may
 * consider it dead. Then it ends all its work before they start it again; once it is known to be
 * alive, it continues with what it still owns. A node that has never seen another node ends
 * nothing. When nodes join or leave, it sends an additional heartbeat to learn the living nodes.
 * Thread-safe.
 */
final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /** By then a node that has just started can describe itself. */
  private static final long TELL_MS = 500;

  /**
   * Pause per living node after a notification, up to twice as long: even with many joins and
   * leaves the heartbeats are hardly more than the regular ones.
   */
  private static final double PAUSE_MS = 2.5;

  private final NodeRegistry nodes;
  private final Timers timers;
  private final String owner;
  private final Work work;
  private final Lifetime lifetime;
  private final Lease lease;

  private boolean met;
  private boolean hasHeard;
  private boolean begun;
  private boolean closed;

  /** Null while the lease is held; otherwise completes when all work of this node has ended. */
  private CompletableFuture<Void> lettingGo;

  /** The work of this node, and the receiver of membership changes. */
  interface Work {
    /** Receives the living nodes, this one included, and whether nodes have gone. */
    void see(Beat beat);

    /** Ends all work at once. Completes when none is left. */
    CompletionStage<Void> letGo();

    /** This node is alive again, or may have been considered dead: looks for jobs to take over. */
    void goOn();
  }

  Membership(NodeRegistry nodes, Timers timers, String owner, Work work) {
    this.nodes = nodes;
    this.timers = timers;
    this.owner = owner;
    this.work = work;
    this.lifetime = nodes.lifetime();
    this.lease = new Lease(timers.ticks(), lifetime.leaseMs());
  }

  void keepUp() {
    nodes.onChange(owner, this::heard);
    keepOn();
  }

  private void keepOn() {
    beat()
        .whenComplete(
            (done, failure) ->
                after(failure == null ? lifetime.beatMs() : lifetime.retryMs(), this::keepOn));
  }

  /** A notification shortly before a regular heartbeat causes no additional one. */
  private void heard() {
    int living = Math.max(1, nodes.seen().size());
    synchronized (this) {
      if (hasHeard) {
        return;
      }
      hasHeard = true;
    }
    long pauseMs = (long) Math.ceil(PAUSE_MS * living);
    after(
        pauseMs + Math.floorMod(owner.hashCode(), pauseMs),
        () -> {
          synchronized (this) {
            hasHeard = false;
          }
          beat();
        });
  }

  /**
   * Sends one heartbeat. If it meets new nodes, a further one follows soon, so that they learn of
   * this node without waiting for the regular one.
   */
  private CompletionStage<?> beat() {
    long sentAt = timers.ticks();
    return nodes
        .beat(owner)
        .thenAccept(
            beat -> {
              if (answered(sentAt, beat)) {
                after(TELL_MS, this::beat);
              }
            });
  }

  /** Unless this node has closed by then. */
  private void after(long ms, Runnable task) {
    timers.at(
        timers.now() + ms,
        () -> {
          synchronized (this) {
            if (closed) {
              return;
            }
          }
          task.run();
        });
  }

  /**
   * @return whether this heartbeat has met new nodes
   */
  private boolean answered(long sentAt, Beat beat) {
    boolean lapsedAlone = false;
    boolean meets;
    synchronized (this) {
      boolean deadMeanwhile = begun && beat.lapsed();
      begun = true;
      meets = !met && beat.living().stream().anyMatch(other -> !other.equals(owner));
      if (meets) {
        met = true;
        LOG.info("other servers work on this Redis: {}", beat.living().size() - 1);
        look();
      }
      if (deadMeanwhile && met) {
        letGo("others may have taken this node for dead");
      } else {
        lapsedAlone = deadMeanwhile;
      }
      lease.renewed(sentAt);
    }
    goOnIfPossible();
    if (mayWork()) {
      work.see(beat);
    }
    if (lapsedAlone) {
      work.goOn(); // a node that came and went meanwhile may have left jobs
    }
    return meets;
  }

  private synchronized void look() {
    if (lease.isOver(timers.ticks())) {
      letGo(
          "no heartbeat of this node was answered for " + new Lifetime(lifetime.leaseMs()).words());
    }
    after(lifetime.leaseLookMs(), this::look);
  }

  private void letGo(String why) {
    if (lettingGo == null && !closed) {
      LOG.error("{}; ending its programs before others begin them again", why);
      lettingGo = new CompletableFuture<>();
      CompletableFuture<Void> gone = lettingGo;
      work.letGo()
          .whenComplete(
              (done, failure) -> {
                gone.complete(null);
                goOnIfPossible();
              });
    }
  }

  /** Call it when one of its conditions may have become true. */
  private void goOnIfPossible() {
    synchronized (this) {
      boolean gone = lettingGo != null && lettingGo.isDone();
      if (closed || !gone || lease.isOver(timers.ticks())) {
        return;
      }
      lettingGo = null;
    }
    LOG.info("this node is taken for alive again; going on");
    work.goOn();
  }

  /** Whether this node may work: other nodes consider it alive, or there are none. */
  synchronized boolean mayWork() {
    return lettingGo == null;
  }

  /** Announces that this node will not come back for its jobs. */
  CompletionStage<Void> close() {
    synchronized (this) {
      closed = true;
    }
    return nodes.leave(owner);
  }

  /**
   * How long this node may assume that other nodes consider it alive. Counts from the sending of
   * the last answered heartbeat, so it ends here before it ends for any other node, however long an
   * answer takes. Not thread-safe.
   */
  private static final class Lease {
    private final long heldMs;
    private long renewedAt;

    /**
     * @param ticks of a monotonic clock, in milliseconds
     * @param heldMs less than the time other nodes wait; the rest is for ending work
     */
    Lease(long ticks, long heldMs) {
      this.renewedAt = ticks;
      this.heldMs = heldMs;
    }

    /**
     * @param sentAt when the answered heartbeat was sent
     */
    void renewed(long sentAt) {
      renewedAt = Math.max(renewedAt, sentAt);
    }

    boolean isOver(long ticks) {
      return ticks - renewedAt >= heldMs;
    }
  }
}
