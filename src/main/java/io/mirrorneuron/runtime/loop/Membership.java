package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.port.Timers;
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
 * lets go of nothing, as there is nobody who could begin the same. Thread-safe.
 */
final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final long BEAT_MS = NodeRegistry.LIFETIME_MS / 3;
  private static final long RETRY_MS = 500;

  /** How often the lease is looked at: a node that stood still notices it within this time. */
  private static final long LOOK_MS = 250;

  private final NodeRegistry nodes;
  private final Timers timers;
  private final String owner;
  private final Work work;
  private final Lease lease;

  private boolean met;
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
    this.lease = new Lease(timers.ticks());
  }

  /** Sends heartbeats from now on. */
  void keepUp() {
    synchronized (this) {
      if (closed) {
        return;
      }
    }
    beat()
        .whenComplete(
            (meets, failure) -> {
              if (Boolean.TRUE.equals(meets)) {
                after(RETRY_MS, this::tell);
              }
              after(failure == null ? BEAT_MS : RETRY_MS, this::keepUp);
            });
  }

  /** Who has met others need not wait for the next heartbeat to tell them what this node is. */
  private void tell() {
    synchronized (this) {
      if (closed) {
        return;
      }
    }
    beat();
  }

  /** Whether it has met others by this heartbeat. */
  private CompletionStage<Boolean> beat() {
    long sentAt = timers.ticks();
    return nodes.beat(owner).thenApply(beat -> answered(sentAt, beat));
  }

  private void after(long ms, Runnable task) {
    timers.at(timers.now() + ms, task);
  }

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
    if (closed) {
      return;
    }
    if (lease.isOver(timers.ticks())) {
      letGo("no heartbeat of this node was answered for " + Lease.HELD_MS / 1000 + " s");
    }
    after(LOOK_MS, this::look);
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
}
