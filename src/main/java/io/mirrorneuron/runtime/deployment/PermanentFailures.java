package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.Set;
import java.util.concurrent.CompletionException;

/** Failures of effects that a retry cannot mend. */
final class PermanentFailures {
  private static final Set<ErrorCode> CODES =
      Set.of(
          ErrorCode.INVALID,
          ErrorCode.CONFLICT,
          ErrorCode.PRECONDITION,
          ErrorCode.NOT_FOUND,
          ErrorCode.MALFORMED);

  private PermanentFailures() {}

  /** Returns a permanent failure; throws any other, so that the effect is retried. */
  static MnException of(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof MnException known && CODES.contains(known.code())) {
      return known;
    }
    throw failure instanceof CompletionException wrapped
        ? wrapped
        : new CompletionException(failure);
  }
}
