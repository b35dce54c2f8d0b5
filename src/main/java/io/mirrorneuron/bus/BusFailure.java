package io.mirrorneuron.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A failure on its way over the bus: the HTTP status as the code, a JSON text {@code {code, error,
 * message, validation?, retry_after_ms?}} as the message.
 */
public final class BusFailure {
  private static final Logger log = LoggerFactory.getLogger(BusFailure.class);

  private BusFailure() {}

  /**
   * A failure that is no {@link MnException} is logged here, with its stack trace, and is sent
   * without its text.
   */
  public static ReplyException of(String operation, Throwable failure) {
    if (failure instanceof MnException known) {
      return reply(known);
    }
    log.error("{} failed", operation, failure);
    return reply(internal());
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
    ObjectNode json = Json.object();
    json.put("code", failure.code().name());
    json.put("error", failure.error());
    json.put("message", failure.getMessage());
    if (failure.validation() != null) {
      json.set("validation", failure.validation());
    }
    if (failure.retryAfterMs() > 0) {
      json.put("retry_after_ms", failure.retryAfterMs());
    }
    return new ReplyException(
        ReplyFailure.RECIPIENT_FAILURE, failure.code().httpStatus(), Json.write(json));
  }

  private static MnException parse(ReplyException failure) {
    try {
      JsonNode json = Json.parse(String.valueOf(failure.getMessage()));
      return new MnException(
              ErrorCode.valueOf(json.path("code").asText()),
              json.path("error").asText(),
              json.path("message").asText(),
              json.get("validation"),
              failure)
          .withRetryAfter(json.path("retry_after_ms").asLong());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      log.error("a reply that is no failure of ours: {}", failure.getMessage());
      return internal();
    }
  }

  private static MnException internal() {
    return new MnException(
        ErrorCode.INTERNAL,
        "internal",
        "The request failed on the server; its log names this request id.");
  }
}
