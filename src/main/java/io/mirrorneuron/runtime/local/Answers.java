package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for answers of the engine and the store, a little less long than callers do. */
public final class Answers {
  /** Below the deadline of ten seconds that clients set by default. */
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

  /** The job, or NOT_FOUND. */
  static StoredJob job(String jobId, CompletionStage<Optional<StoredJob>> stored) {
    return await(stored).orElseThrow(() -> MnException.notFound("job", jobId));
  }

  /** The job's row, or NOT_FOUND. */
  static ObjectNode row(String jobId, CompletionStage<String> stored) {
    String text = await(stored);
    if (text == null) {
      throw MnException.notFound("job", jobId);
    }
    return Json.parseObject(text, "stored document");
  }
}
