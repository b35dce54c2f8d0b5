package io.mirrorneuron.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A failure sent over the bus: the HTTP status as the code, a JSON text {@code {code, error,
 * message, validation?, retry_after_ms?, members?}} as the message.
 */
public final class BusFailure {
  private static final Logger log = LoggerFactory.getLogger(BusFailure.class);

  private BusFailure() {}

  /**
   * @param validation what is wrong with the request, or null
   * @param retryAfterMs null when nobody knows when it may go better
   * @param members further ones of the answer; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record FailureBody(
      ErrorCode code,
      String error,
      String message,
      JsonNode validation,
      Long retryAfterMs,
      Map<String, Object> members) {}

  /**
   * A failure that is no {@link MnException} is logged here, with its stack trace, and is sent
   * without its text.
   */
  public static ReplyException of(String operation, Throwable thrown) {
    Throwable failure = thrown;
    while (isWrapper(failure) && failure.getCause() != null) {
      failure = failure.getCause();
    }
    if (failure instanceof MnException known) {
      return reply(known);
    }
    log.error("{} failed", operation, failure);
    return reply(internal());
  }

  /** Whether it only says that another thread has failed. */
  private static boolean isWrapper(Throwable failure) {
    return failure instanceof CompletionException || failure instanceof ExecutionException;
  }

  /** The way back. Failures of the bus itself become UNAVAILABLE or TIMEOUT. */
  public static MnException toException(ReplyException failure) {
    return switch (failure.failureType()) {
      case NO_HANDLERS ->
          MnException.unavailable("this part of the server is not running", failure);
      case TIMEOUT ->
          new MnException(
              ErrorCode.TIMEOUT, "timeout", "the server did not answer in time", null, failure);
      case ERROR, RECIPIENT_FAILURE -> parse(failure);
    };
  }

  private static ReplyException reply(MnException failure) {
    FailureBody reported =
        new FailureBody(
            failure.code(),
            failure.error(),
            failure.getMessage(),
            failure.validation(),
            failure.retryAfterMs() > 0 ? failure.retryAfterMs() : null,
            failure.members().isEmpty() ? null : failure.members());
    return new ReplyException(
        ReplyFailure.RECIPIENT_FAILURE, failure.code().httpStatus(), Json.write(reported));
  }

  private static MnException parse(ReplyException failure) {
    try {
      FailureBody reported =
          Json.read(String.valueOf(failure.getMessage()), FailureBody.class, "reply");
      if (reported.code != null) {
        return new MnException(
                reported.code, reported.error, reported.message, reported.validation, failure)
            .withRetryAfter(reported.retryAfterMs == null ? 0 : reported.retryAfterMs)
            .with(reported.members == null ? Map.of() : reported.members);
      }
    } catch (MnException e) {
      // reported by the event below
    }
    log.error("a reply that is no failure of ours: {}", failure.getMessage());
    return internal();
  }

  private static MnException internal() {
    return new MnException(
        ErrorCode.INTERNAL,
        "internal",
        "The request failed on the server; its log names this request id.");
  }
}
