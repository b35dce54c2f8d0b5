package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What the status of a gRPC call cannot say of a failure, as trailers of {@link GrpcMetadata}.
 * Reading answers null or 0 for trailers that are absent or damaged.
 */
final class ErrorTrailers {
  private ErrorTrailers() {}

  /**
   * @param withReport whether the validation report goes here, as it is not in the status message
   */
  static void write(MnException failure, boolean withReport, MultiMap trailers) {
    trailers.set(GrpcMetadata.CODE, failure.code().name());
    trailers.set(GrpcMetadata.ERROR, failure.error());
    if (failure.retryAfterMs() > 0) {
      trailers.set(GrpcMetadata.RETRY_AFTER, Long.toString(failure.retryAfterMs()));
    }
    if (failure.validation() != null && withReport) {
      byte[] report =
          Json.write(HeaderFit.report(failure.validation(), HeaderFit.REPORT_BYTES))
              .getBytes(StandardCharsets.UTF_8);
      trailers.set(
          GrpcMetadata.VALIDATION, Base64.getEncoder().withoutPadding().encodeToString(report));
    }
  }

  static ErrorCode code(MultiMap trailers) {
    String name = trailers.get(GrpcMetadata.CODE);
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    return null;
  }

  static long retryAfterMs(MultiMap trailers) {
    try {
      String sent = trailers.get(GrpcMetadata.RETRY_AFTER);
      return sent == null ? 0 : Math.max(0, Long.parseLong(sent));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  static JsonNode report(MultiMap trailers) {
    String encoded = trailers.get(GrpcMetadata.VALIDATION);
    if (encoded == null) {
      return null;
    }
    try {
      return object(new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The object in {@code text}, or null when it is something else. */
  static JsonNode object(String text) {
    try {
      JsonNode node = Json.parse(text.strip());
      return node != null && node.isObject() ? node : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
