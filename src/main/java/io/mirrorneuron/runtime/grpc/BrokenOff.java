package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.Storage;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls for which a server that ends does not wait any longer. */
final class BrokenOff {
  private static final Logger LOG = LoggerFactory.getLogger(BrokenOff.class);

  private BrokenOff() {}

  /**
   * What is told of a call that failed.
   *
   * @param isEnding whether the server ends, and may have interrupted it
   * @param storage explains failures for want of room
   */
  static Throwable explained(Throwable failure, boolean isEnding, Storage storage) {
    boolean isBrokenOff =
        isEnding
            && Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(InterruptedException.class::isInstance);
    if (!isBrokenOff) {
      return storage.explained(failure);
    }
    LOG.debug("a call was broken off by the end of this server", failure);
    return new MnException(
        ErrorCode.UNAVAILABLE,
        "may_have_happened",
        "this server has ended before it had an answer; look whether it happened before you ask"
            + " again",
        null,
        failure);
  }
}
