package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.exec.pool.Pools.Holder;
import io.mirrorneuron.runtime.exec.pool.Pools.SlotRequest;
import io.mirrorneuron.runtime.exec.pool.Pools.WaitReason;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.Scheduling.QueueRank;
import java.util.Optional;

/**
 * A request for slots: first a place in the queue, then the slots. Closing releases either, once.
 */
public final class SlotClaim implements AutoCloseable {
  private final Pools all;
  private final SlotPool pool;
  final int slots;
  final QueueRank rank;
  final String executionId;
  final SlotRequest want; // null for slots only
  final Runnable granted;

  // Guarded by the pool.
  int overtaken;
  boolean holding;
  private boolean lent;
  boolean done;
  Allocation allocation;

  SlotClaim(Pools all, SlotPool pool, int slots, SlotRequest want, Runnable granted) {
    this.rank = want.rank();
    this.overtaken = want.overtaken();
    this.all = all;
    this.pool = pool;
    this.slots = slots;
    this.executionId = want.executionId();
    this.want = want.request().isNothing() ? null : want;
    this.granted = granted;
  }

  /** Resources besides slots; null when none were requested, or it still waits. */
  public Allocation allocation() {
    synchronized (pool) {
      return allocation;
    }
  }

  /** For display; empty while it waits and after its release. */
  public Optional<Holder> holder(String jobId, String agentId) {
    synchronized (pool) {
      return holding && !done
          ? Optional.of(new Holder(jobId, agentId, pool.name, lent ? 0 : slots, allocation))
          : Optional.empty();
    }
  }

  /** The resource besides slots that it waits for, or empty. */
  public Optional<WaitReason> lack() {
    synchronized (pool) {
      if (want == null || holding || done) {
        return Optional.empty();
      }
    }
    return all.book().lack(want);
  }

  /** Lends the slots to other executions until {@link #takeBack}; idempotent. */
  public void lend() {
    synchronized (pool) {
      if (!holding || lent || done) {
        return;
      }
      lent = true;
      pool.count(this, -1);
    }
    pool.serve();
  }

  /** Counts the slots again immediately, even if the pool is full: it is overcommitted then. */
  public void takeBack() {
    synchronized (pool) {
      if (lent && !done) {
        lent = false;
        pool.count(this, 1);
      }
    }
  }

  /** Its place in the queue, or null once it holds its slots or is released. */
  public QueuePlace place() {
    synchronized (pool) {
      int ahead = 0;
      for (SlotClaim claim : pool.queue) {
        if (claim == this) {
          return new QueuePlace(pool.name, ahead + 1, pool.queue.size(), pool.capacity, pool.inUse);
        }
        ahead++;
      }
      return null;
    }
  }

  /** To be called when the program is gone: its slots and resources go to other executions. */
  @Override
  public void close() {
    synchronized (pool) {
      if (done) {
        return;
      }
      done = true;
      pool.holders.remove(executionId);
      if (lent) {
        lent = false;
      } else if (holding) {
        pool.count(this, -1);
      } else {
        pool.queue.remove(this);
      }
    }
    if (want != null && all.book().leave(want)) {
      all.serveAll();
    } else {
      pool.serve();
    }
  }
}
