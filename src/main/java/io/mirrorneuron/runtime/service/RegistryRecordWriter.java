package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.ServiceRegistry.Claim;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Brings one registry record to its wanted state: one write at a time, the newest state wins, with
 * retries while the store is unavailable. So an earlier status never replaces a later one, nor
 * restores a removed record. Thread-safe.
 */
final class RegistryRecordWriter {
  private static final long RETRY_MS = 1000;

  /** Retries after the end: readers ignore the record then, and it is swept. */
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

  /** Whether the record replaces what a former owner has kept. */
  private boolean supersedes;

  private boolean superseded;

  /** How long the record is kept after leaving; 0 for not at all. */
  private long leavesForMs;

  private final CompletableFuture<Boolean> left = new CompletableFuture<>();

  /**
   * @param fenced runs when the job has moved to another node
   */
  RegistryRecordWriter(
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
   * Sets the record's content; ignored once it is to be removed.
   *
   * @param isReady whether it replaces what a former owner has kept
   */
  synchronized void write(String document, boolean isReady) {
    if (!removing) {
      wanted = document;
      supersedes = isReady;
      go();
    }
  }

  /** Removes the record; completes when that is done or given up. */
  synchronized CompletableFuture<Void> remove() {
    removing = true;
    go();
    return gone;
  }

  /** Removes the record but keeps its content, see {@link ServiceRegistry#leave}. */
  synchronized void leave(long forMs) {
    leavesForMs = forMs;
    remove();
  }

  /** Removes the kept content. */
  CompletionStage<Void> recall() {
    try {
      return registry.supersede(claim, name, id);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e); // the server closes its connections
    }
  }

  /** Whether the kept content is still there; waits for its write. */
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

  /**
   * Runs once: content that may have been kept with an unknown outcome is taken back before the
   * removal.
   */
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
