package io.mirrorneuron.models;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.PullProgress;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** One installation of a model, and its waiting callers. Thread-safe. */
final class Installation {
  private static final long LOOK_MS = 200;

  private final CatalogEntry model;
  private final Clock clock;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final List<ModelOwner> owners = new ArrayList<>(); // guarded by this
  private volatile PullProgress progress;

  Installation(CatalogEntry model, Clock clock) {
    this.model = model;
    this.clock = clock;
    String now = Json.timestamp(clock.instant());
    this.progress = new PullProgress(model.id(), "installing", "asked", 0, 0, now, null, null);
  }

  /**
   * Joins while it is under way.
   *
   * @param owner for whom the model is, or null
   * @return false when it is over
   */
  synchronized boolean join(ModelOwner owner) {
    if (end.isDone()) {
      return false;
    }
    if (owner != null) {
      owners.add(owner);
    }
    return true;
  }

  /** The owners while it is under way; afterwards the ledger has them. */
  synchronized List<ModelOwner> owners() {
    return end.isDone() ? List.of() : List.copyOf(owners);
  }

  boolean isOver() {
    return end.isDone();
  }

  PullProgress progress() {
    return progress;
  }

  void at(String message, long pulled, long total) {
    progress = reported("installing", message, pulled, Math.max(pulled, total), null, null);
  }

  /**
   * Ends it.
   *
   * @param failure null on success
   * @param record receives all owners, before the waiting callers are released
   */
  synchronized void end(MnException failure, Consumer<ModelOwner> record) {
    MnException outcome = failure;
    if (failure == null) {
      try {
        owners.forEach(record);
      } catch (MnException e) {
        outcome = e;
      }
    }
    String now = Json.timestamp(clock.instant());
    PullProgress last = progress;
    if (outcome == null) {
      long all = Math.max(last.pulledBytes(), last.totalBytes());
      progress = reported("installed", "it is there", all, all, now, null);
      end.complete(null);
    } else {
      progress =
          reported(
              "failed",
              last.message(),
              last.pulledBytes(),
              last.totalBytes(),
              now,
              outcome.getMessage());
      end.completeExceptionally(outcome);
    }
  }

  private PullProgress reported(
      String status, String message, long pulled, long total, String ended, String error) {
    return new PullProgress(
        model.id(), status, message, pulled, total, progress.startedAt(), ended, error);
  }

  /**
   * Waits for the end, and reports progress on this thread.
   *
   * @throws MnException when it failed
   */
  void await(Consumer<PullProgress> reported) {
    PullProgress last = null;
    try {
      while (true) {
        try {
          end.get(LOOK_MS, TimeUnit.MILLISECONDS);
          break;
        } catch (TimeoutException e) {
          PullProgress news = progress;
          if (news != last) {
            last = news;
            reported.accept(news);
          }
        }
      }
      reported.accept(progress);
    } catch (ExecutionException e) {
      reported.accept(progress);
      throw (MnException) e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the server ends", e);
    }
  }
}
