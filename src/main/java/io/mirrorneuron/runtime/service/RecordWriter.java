package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.ServiceRegistry.Claim;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Brings one record of the registry to what it should be: one write at a time, the newest wins, and
 * while the store is away it is tried again. So a status that was decided earlier never replaces a
 * later one, nor brings back what was removed. Thread-safe.
 */
final class RecordWriter {
  private static final long RETRY_MS = 1000;

  /** After the end: then whoever reads does not get the record anyway, and it is swept. */
  private static final int LAST_TRIES = 30;

  private final ServiceRegistry registry;
  private final Timers timers;
  private final Claim claim;
  private final String name;
  private final String id;
  private final Runnable fenced;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  private String wanted;
  private String written;
  private boolean busy;
  private boolean removing;
  private int tries;

  /** Whether what is wanted takes the place of what a former owner has left. */
  private boolean supersedes;

  private boolean superseded;

  /** How long what is told is told on by somebody who has left; 0 for not at all. */
  private long leavesForMs;

  private final CompletableFuture<Boolean> left = new CompletableFuture<>();

  /**
   * @param fenced is called when the job is not this node's any more
   */
  RecordWriter(
      ServiceRegistry registry,
      Timers timers,
      Claim claim,
      String name,
      String id,
      Runnable fenced) {
    this.registry = registry;
    this.timers = timers;
    this.claim = claim;
    this.name = name;
    this.id = id;
    this.fenced = fenced;
  }

  /**
   * What the record is to tell; nothing is written once it is to be removed.
   *
   * @param isReady whether it takes the place of what a former owner has left
   */
  synchronized void write(String document, boolean isReady) {
    if (!removing) {
      wanted = document;
      supersedes = isReady;
      go();
    }
  }

  /** Removes the record; completes when that is done or in vain. */
  synchronized CompletableFuture<Void> remove() {
    removing = true;
    go();
    return gone;
  }

  /** Removes the record, and leaves what it told, see {@link ServiceRegistry#leave}. */
  synchronized void leave(long forMs) {
    leavesForMs = forMs;
    remove();
  }

  /** Takes back what was left. */
  CompletionStage<Void> recall() {
    try {
      return registry.supersede(claim, name, id);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e); // the server closes its connections
    }
  }

  /** Whether what was left is still told; asks once it is written. */
  CompletionStage<Boolean> isLeft() {
    return left.thenCompose(
        done ->
            done
                ? registry
                    .leftUnder(claim.jobId(), name, id)
                    .thenApply(epoch -> epoch == claim.epoch())
                : CompletableFuture.completedStage(false));
  }

  private void go() {
    if (busy || gone.isDone() || !removing && Objects.equals(wanted, written)) {
      return;
    }
    busy = true;
    boolean removes = removing;
    String document = wanted;
    boolean replaces = supersedes && !superseded;
    superseded |= replaces;
    send(removes, document, replaces)
        .whenComplete((done, failure) -> ended(removes, document, done, failure));
  }

  private CompletionStage<Boolean> send(boolean removes, String document, boolean replaces) {
    try {
      if (removes) {
        return (leavesForMs == 0 ? CompletableFuture.completedStage(null) : leave())
            .thenCompose(done -> registry.remove(claim, name, id));
      }
      CompletionStage<Boolean> put = registry.put(claim, name, id, document);
      return replaces ? put.thenCompose(this::replaced) : put;
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e); // the server closes its connections
    }
  }

  private CompletionStage<Boolean> replaced(boolean isMine) {
    return isMine
        ? registry.supersede(claim, name, id).thenApply(done -> true)
        : CompletableFuture.completedStage(false);
  }

  /** Once: what may have been left though nobody knows is taken back before all is removed. */
  private CompletionStage<?> leave() {
    if (left.isDone()) {
      return left.join() ? left : recall();
    }
    return registry
        .leave(claim, name, id, leavesForMs)
        .whenComplete((isLeft, failure) -> left.complete(failure == null && isLeft));
  }

  private void ended(boolean removed, String document, Boolean done, Throwable failure) {
    boolean lost = false;
    synchronized (this) {
      busy = false;
      if (failure != null) {
        superseded = false;
        tryAgain();
      } else if (removed) {
        gone.complete(null);
      } else {
        written = document;
        lost = !done;
        go();
      }
    }
    if (lost) {
      fenced.run();
    }
  }

  private void tryAgain() {
    if (removing && ++tries > LAST_TRIES) {
      gone.complete(null);
    } else {
      timers.at(timers.now() + RETRY_MS, this::again);
    }
  }

  private synchronized void again() {
    go();
  }
}
