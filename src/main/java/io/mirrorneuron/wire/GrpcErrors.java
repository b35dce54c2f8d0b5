package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.GrpcStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Maps {@link MnException} to gRPC status and back.
 *
 * <p>The texts are API: existing clients look for prefixes ({@code requirements_not_met:} followed
 * by a report) and substrings. Trailers carry the rest, so that our own client restores the exact
 * failure.
 */
public final class GrpcErrors {
  /** Error codes that start the status message, each followed by a report or a text. */
  private static final String OVERLOADED = "resource_overloaded";

  private static final Set<String> PREFIXES =
      Set.of(
          "requirements_not_met",
          "service_requirements_not_met",
          "input_validation_failed",
          "run_id_in_use",
          "placement_failed",
          OVERLOADED);

  /** Prefixes that the contract lets a report follow. */
  private static final Set<String> REPORTED =
      Set.of("requirements_not_met", "service_requirements_not_met", "input_validation_failed");

  private GrpcErrors() {}

  /**
   * @param message not yet percent-encoded
   * @param trailers to send beside the status
   */
  public record Failure(GrpcStatus status, String message, MultiMap trailers) {}

  public static Failure of(Throwable thrown) {
    MultiMap trailers = MultiMap.caseInsensitiveMultiMap();
    if (!(thrown instanceof MnException failure)) {
      return new Failure(GrpcStatus.INTERNAL, "internal error", trailers);
    }
    boolean prefixed = PREFIXES.contains(failure.error());
    ErrorTrailers.write(failure, !REPORTED.contains(failure.error()), trailers);
    return new Failure(status(failure), prefixed ? prefixed(failure) : text(failure), trailers);
  }

  private static GrpcStatus status(MnException failure) {
    return switch (failure.code()) {
      case MALFORMED, INVALID, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE -> GrpcStatus.INVALID_ARGUMENT;
      case UNAUTHENTICATED -> GrpcStatus.UNAUTHENTICATED;
      case FORBIDDEN -> GrpcStatus.PERMISSION_DENIED;
      case NOT_FOUND, GONE -> GrpcStatus.NOT_FOUND;
      case CONFLICT, PRECONDITION ->
          failure.error().equals("run_id_in_use")
              ? GrpcStatus.ALREADY_EXISTS
              : GrpcStatus.FAILED_PRECONDITION;
      case EXHAUSTED, STORAGE_FULL -> GrpcStatus.RESOURCE_EXHAUSTED;
      case INTERNAL -> GrpcStatus.INTERNAL;
      case DATA_LOSS -> GrpcStatus.DATA_LOSS;
      case UNIMPLEMENTED -> GrpcStatus.UNIMPLEMENTED;
      case BAD_GATEWAY -> GrpcStatus.UNAVAILABLE;
      case UNAVAILABLE ->
          failure.error().equals(OVERLOADED)
              ? GrpcStatus.RESOURCE_EXHAUSTED
              : GrpcStatus.UNAVAILABLE;
      case TIMEOUT -> GrpcStatus.DEADLINE_EXCEEDED;
    };
  }

  private static String text(MnException failure) {
    String message = failure.getMessage() == null ? failure.error() : failure.getMessage();
    return HeaderFit.text(message, HeaderFit.MESSAGE_BYTES);
  }

  private static String prefixed(MnException failure) {
    String prefix = failure.error() + ": ";
    if (failure.validation() != null && REPORTED.contains(failure.error())) {
      int most = HeaderFit.MESSAGE_BYTES + HeaderFit.REPORT_BYTES; // as it goes into no trailer
      return prefix + Json.write(HeaderFit.report(failure.validation(), most));
    }
    String text = text(failure);
    return text.startsWith(failure.error() + ":") ? text : prefix + text;
  }

  /**
   * The failure behind a status. Also understands the original runtime, which sends INTERNAL for a
   * missing job or a wrong state.
   *
   * @param message decoded, may be null
   */
  public static MnException toException(GrpcStatus status, String message, MultiMap trailers) {
    String text = message == null || message.isEmpty() ? "the runtime answered " + status : message;
    ErrorCode sent = ErrorTrailers.code(trailers);
    if (sent != null) {
      String error = trailers.get(GrpcMetadata.ERROR);
      JsonNode report = reportAfter(error, text);
      return failure(
              sent,
              error == null ? status.name().toLowerCase(Locale.ROOT) : error,
              report == null ? withoutPrefix(error, text) : sentences(report, text),
              report != null ? report : ErrorTrailers.report(trailers))
          .withRetryAfter(ErrorTrailers.retryAfterMs(trailers));
    }
    for (String prefix : PREFIXES) {
      if (text.startsWith(prefix + ":")) {
        JsonNode report = reportAfter(prefix, text);
        return failure(code(status, text), prefix, sentences(report, text), report);
      }
    }
    ErrorCode code = code(status, text);
    return failure(code, word(code), text, null);
  }

  /** The errors of a report for people; the text when the report has none. */
  private static String sentences(JsonNode report, String text) {
    String sentences =
        report == null
            ? ""
            : Json.elements(report.path("errors"))
                .map(JsonNode::asText)
                .collect(Collectors.joining("; "));
    return sentences.isEmpty() ? text : sentences;
  }

  /** Undoes {@link #prefixed}; an overload keeps its error code everywhere. */
  private static String withoutPrefix(String error, String text) {
    return error != null
            && !error.equals(OVERLOADED)
            && PREFIXES.contains(error)
            && text.startsWith(error + ": ")
        ? text.substring(error.length() + 2)
        : text;
  }

  /** Decodes {@code grpc-message}; a plus sign stays, as do broken escapes. */
  public static String decodeMessage(String header) {
    if (header == null) {
      return null;
    }
    try {
      return URLDecoder.decode(header.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return header;
    }
  }

  private static ErrorCode code(GrpcStatus status, String text) {
    return switch (status) {
      case INVALID_ARGUMENT, OUT_OF_RANGE -> ErrorCode.INVALID;
      case NOT_FOUND -> ErrorCode.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> ErrorCode.CONFLICT;
      case FAILED_PRECONDITION -> ErrorCode.PRECONDITION;
      case PERMISSION_DENIED -> ErrorCode.FORBIDDEN;
      case UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
      case RESOURCE_EXHAUSTED ->
          text.startsWith(OVERLOADED + ":") ? ErrorCode.UNAVAILABLE : ErrorCode.EXHAUSTED;
      case UNIMPLEMENTED -> ErrorCode.UNIMPLEMENTED;
      case UNAVAILABLE, CANCELLED -> ErrorCode.UNAVAILABLE;
      case DEADLINE_EXCEEDED -> ErrorCode.TIMEOUT;
      case INTERNAL, UNKNOWN, DATA_LOSS, OK -> meantCode(text);
    };
  }

  private static ErrorCode meantCode(String text) {
    if (text.contains("not found") || text.contains("is not running in the connected cluster")) {
      return ErrorCode.NOT_FOUND;
    }
    if (text.contains("terminal state")
        || text.contains("job is not running")
        || text.contains("job is not paused")) {
      return ErrorCode.PRECONDITION;
    }
    return ErrorCode.INTERNAL;
  }

  private static String word(ErrorCode code) {
    return switch (code) {
      case INVALID -> "invalid_argument";
      case PRECONDITION -> "failed_precondition";
      default -> code.name().toLowerCase(Locale.ROOT);
    };
  }

  private static MnException failure(ErrorCode code, String error, String text, JsonNode report) {
    return new MnException(code, error, text, report, null);
  }

  private static JsonNode reportAfter(String prefix, String text) {
    return prefix != null && text.startsWith(prefix + ":")
        ? ErrorTrailers.object(text.substring(prefix.length() + 1))
        : null;
  }

  /**
   * Details of a failure as trailers of {@link GrpcMetadata}. Reading returns null or 0 for
   * trailers that are absent or damaged.
   */
  private static final class ErrorTrailers {
    private ErrorTrailers() {}

    /**
     * @param withReport whether to add the validation report, which is not in the status message
     *     then
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

    /** The object in {@code text}; null for anything else. */
    static JsonNode object(String text) {
      try {
        JsonNode node = Json.parse(text.strip());
        return node != null && node.isObject() ? node : null;
      } catch (JsonProcessingException e) {
        return null;
      }
    }
  }

  /**
   * Cuts texts and reports to fit the headers of a gRPC answer. All sizes are bytes of a
   * percent-encoded header value.
   */
  private static final class HeaderFit {
    /** Header lists end at 8 KiB in common clients; message and report together stay below. */
    static final int MESSAGE_BYTES = 4096;

    static final int REPORT_BYTES = 2048;

    private HeaderFit() {}

    /**
     * The report, or a copy without its least important items, marked {@code truncated}; its
     * verdict and counts stay.
     */
    static JsonNode report(JsonNode report, int maxBytes) {
      if (!(report instanceof ObjectNode object) || fits(object, maxBytes)) {
        return report;
      }
      ObjectNode copy = object.deepCopy();
      copy.put("truncated", true);
      copy.remove(List.of("results", "warnings"));
      for (String detail : List.of("debug", "actual")) {
        if (!fits(copy, maxBytes)) {
          Json.elements(copy.path("issues"))
              .filter(ObjectNode.class::isInstance)
              .forEach(issue -> ((ObjectNode) issue).remove(detail));
        }
      }
      for (String list : List.of("errors", "issues")) {
        while (!fits(copy, maxBytes)
            && copy.get(list) instanceof ArrayNode items
            && !items.isEmpty()) {
          int keep = items.size() / 2;
          while (items.size() > keep) {
            items.remove(items.size() - 1);
          }
        }
      }
      return copy;
    }

    private static boolean fits(JsonNode report, int maxBytes) {
      return encodedLength(Json.write(report)) <= maxBytes;
    }

    /** The text, or its beginning with an ellipsis. */
    static String text(String text, int maxBytes) {
      int end = 0;
      int bytes = 0;
      while (end < text.length()) {
        int point = text.codePointAt(end);
        int chars = Character.charCount(point);
        bytes += encodedLength(text.substring(end, end + chars));
        if (bytes > maxBytes) {
          return text.substring(0, end) + "…";
        }
        end += chars;
      }
      return text;
    }

    /** Length as a header value, where all but the plainest characters take three bytes. */
    private static int encodedLength(String text) {
      int length = 0;
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        boolean plain =
            b >= '0' && b <= '9'
                || b >= 'A' && b <= 'Z'
                || b >= 'a' && b <= 'z'
                || b == '-'
                || b == '_'
                || b == '.';
        length += plain ? 1 : 3;
      }
      return length;
    }
  }
}
