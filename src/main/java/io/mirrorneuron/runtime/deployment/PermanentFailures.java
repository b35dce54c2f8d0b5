package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.Set;
import java.util.concurrent.CompletionException;

/** Failures of deeds that are there again whenever it is tried again. */
final class PermanentFailures {
  private static final Set<ErrorCode> CODES =
      Set.of(
          ErrorCode.INVALID,
          ErrorCode.CONFLICT,
          ErrorCode.PRECONDITION,
          ErrorCode.NOT_FOUND,
          ErrorCode.MALFORMED);

  private PermanentFailures() {}

  /** The failure if it is one for good; else it is thrown, and the deed is tried again. */
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
