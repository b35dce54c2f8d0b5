package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.ListedRow;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Waits for answers of the engine and the store, slightly less long than callers do. Blocking. */
public final class Answers {
  /** Below the clients' default deadline of ten seconds. */
  private static final long PATIENCE_SECONDS = 9;

  private Answers() {}

  /**
   * @throws MnException the stage's own; TIMEOUT when it takes too long; UNAVAILABLE when the
   *     thread is interrupted
   */
  public static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      if (e.getCause() instanceof MnException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new MnException(ErrorCode.TIMEOUT, "timeout", "the runtime did not answer in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the call was interrupted", e);
    }
  }

  /** The same; after the time that clients wait, the fallback. */
  static <T> T await(CompletionStage<T> stage, Supplier<T> onTimeout) {
    try {
      return await(stage);
    } catch (MnException e) {
      if (e.code() != ErrorCode.TIMEOUT) {
        throw e;
      }
      return onTimeout.get();
    }
  }

  /**
   * @throws MnException NOT_FOUND, or {@code job_damaged}
   */
  static StoredJob job(JobStore store, String jobId, CompletionStage<Optional<StoredJob>> stored) {
    return await(stored)
        .orElseThrow(() -> missing(store, jobId, "its state or its manifest is missing"));
  }

  /**
   * @throws MnException NOT_FOUND, or {@code job_damaged}
   */
  static ListedRow row(JobStore store, String jobId, CompletionStage<String> stored) {
    String text = await(stored);
    if (text == null) {
      throw missing(store, jobId, "its row is missing");
    }
    return new ListedRow(jobId, text);
  }

  private static MnException missing(JobStore store, String jobId, String what) {
    return await(store.status(jobId)) == null
        ? MnException.notFound("job", jobId)
        : MnException.damaged(jobId, what);
  }
}
