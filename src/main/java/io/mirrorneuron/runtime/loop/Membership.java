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
 * This node among those that share the store: sends its heartbeats, and knows when others may take
 * it for dead. Then this node lets go of all it does, before others begin the same; once it is
 * known to live again, it goes on with what is still its own. A node that has never seen another
 * lets go of nothing, as there is nobody who could begin the same. When it hears that others have
 * come or gone, it sends one heartbeat more, to know who lives now. Thread-safe.
 */
final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /** Who has just started can tell what it is by then. */
  private static final long TELL_MS = 500;

  /**
   * So long a node waits for each that lives, once it has heard something, and up to twice as long:
   * when many come and go, they send hardly more heartbeats than without hearing anything.
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

  /** Null while the lease is held; else completes when all that this node did has ended. */
  private CompletableFuture<Void> lettingGo;

  /** What this node does, and what it learns of others. */
  interface Work {
    /** Who lives now, this node too, and whether others have gone. */
    void see(Beat beat);

    /** Ends all work at once. Completes when nothing of it is left. */
    CompletionStage<Void> letGo();

    /** This node lives again, or may have been taken for dead: looks for jobs that it may have. */
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

  /** Sends heartbeats from now on. */
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

  /** What is heard while a heartbeat is due anyway brings no other one. */
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
   * One heartbeat. Who meets others by it tells them soon what this node is, with another one: they
   * need not wait until the next is due.
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

  /** Whether it has met others by this heartbeat. */
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
      work.goOn(); // one that came and went meanwhile may have left jobs
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

  /** To be called when one of its conditions may have come true. */
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

  /** Whether this node may work: others take it for alive, or there are none. */
  synchronized boolean mayWork() {
    return lettingGo == null;
  }

  /** Tells others that this node will not come back for its jobs. */
  CompletionStage<Void> close() {
    synchronized (this) {
      closed = true;
    }
    return nodes.leave(owner);
  }

  /**
   * How long this node may believe that others take it for alive. Counts from the sending of the
   * last heartbeat that was answered, so it is over on this node before it is over for any other,
   * whatever an answer takes. Not thread-safe.
   */
  private static final class Lease {
    private final long heldMs;
    private long renewedAt;

    /**
     * @param ticks of a clock that nobody sets, in milliseconds
     * @param heldMs less than others wait: what is left is for ending work
     */
    Lease(long ticks, long heldMs) {
      this.renewedAt = ticks;
      this.heldMs = heldMs;
    }

    /**
     * @param sentAt when the heartbeat was sent that has been answered
     */
    void renewed(long sentAt) {
      renewedAt = Math.max(renewedAt, sentAt);
    }

    boolean isOver(long ticks) {
      return ticks - renewedAt >= heldMs;
    }
  }
}
