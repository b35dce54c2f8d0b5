package io.mirrorneuron.gateway.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.BusFailure;
import io.mirrorneuron.listen.BadRequest;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;
import java.util.Map;

/**
 * The body of a failure, {@code application/problem+json}.
 *
 * @param error one word for programs
 * @param detail one sentence for people
 * @param extras further members: {@code errors}, {@code validation}, {@code limit_bytes}, {@code
 *     retry_after_ms}
 */
public record Problem(int status, String error, String title, String detail, ObjectNode extras) {
  private static final String INTERNAL =
      "The request failed on the server; its log names this request id.";

  private static final Map<String, String> TITLES =
      Map.of(
          "requirements_not_met", "Runtime requirements not met",
          "failed_precondition", "Runtime requirements not met",
          "input_validation_failed", "Input validation failed",
          "manifest_validation_failed", "Manifest validation failed",
          "invalid_argument", "Invalid request",
          "request_too_large", "Request too large");

  private static final Map<ErrorCode, String> CODE_TITLES =
      Map.ofEntries(
          Map.entry(ErrorCode.MALFORMED, "Malformed request"),
          Map.entry(ErrorCode.UNAUTHENTICATED, "Unauthenticated"),
          Map.entry(ErrorCode.FORBIDDEN, "Forbidden"),
          Map.entry(ErrorCode.NOT_FOUND, "Not found"),
          Map.entry(ErrorCode.CONFLICT, "Conflict"),
          Map.entry(ErrorCode.GONE, "Gone"),
          Map.entry(ErrorCode.PRECONDITION, "Precondition failed"),
          Map.entry(ErrorCode.TOO_LARGE, "Too large"),
          Map.entry(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Unsupported media type"),
          Map.entry(ErrorCode.INVALID, "Invalid request"),
          Map.entry(ErrorCode.EXHAUSTED, "Too many requests"),
          Map.entry(ErrorCode.INTERNAL, "Internal error"),
          Map.entry(ErrorCode.DATA_LOSS, "Stored data is damaged"),
          Map.entry(ErrorCode.UNIMPLEMENTED, "Not implemented"),
          Map.entry(ErrorCode.BAD_GATEWAY, "Bad gateway"),
          Map.entry(ErrorCode.UNAVAILABLE, "Unavailable"),
          Map.entry(ErrorCode.TIMEOUT, "Timed out"),
          Map.entry(ErrorCode.STORAGE_FULL, "Storage full"));

  public static Problem of(Throwable failure) {
    return switch (failure) {
      case MnException known -> of(known);
      case Refusal refusal -> of(refusal);
      case BadRequest bad -> bad(bad);
      case ReplyException reply -> of(BusFailure.toException(reply));
      case HttpException http when http.getStatusCode() < 500 ->
          malformed(http.getPayload() == null ? "the request cannot be read" : http.getPayload());
      default -> of(ErrorCode.INTERNAL, "internal", INTERNAL);
    };
  }

  public static Problem malformed(String detail) {
    return of(ErrorCode.MALFORMED, "malformed_request", detail);
  }

  /** The connection limit is reached. */
  public static Problem tooManyConnections(int max) {
    return new Problem(
        ErrorCode.UNAVAILABLE,
        "too_many_connections",
        "%d connections are open, as many as connections.max allows; try again soon, or raise it"
            .formatted(max),
        Json.object().put("retry_after_ms", 1000));
  }

  private static Problem bad(BadRequest bad) {
    return bad.status() == 400
        ? malformed(bad.getMessage())
        : new Problem(
            bad.status(),
            "request_too_large",
            "Request too large",
            bad.getMessage(),
            Json.object());
  }

  public static Problem notFound() {
    return of(ErrorCode.NOT_FOUND, "not_found", "Not Found");
  }

  public static Problem methodNotAllowed() {
    return new Problem(
        405, "method_not_allowed", "Method not allowed", "Method Not Allowed", Json.object());
  }

  public static Problem upgradeRequired() {
    return new Problem(
        426,
        "upgrade_required",
        "Upgrade required",
        "This is a WebSocket; open it as one.",
        Json.object());
  }

  public static Problem tokenExpired() {
    return of(
        ErrorCode.UNAUTHENTICATED, "token_expired", "the token has expired; send a newer one");
  }

  /**
   * The header {@code Host} names another server: probably a page of another site calls (DNS
   * rebinding).
   */
  public static Problem hostNotAllowed(boolean asksWhoCalls) {
    return new Problem(
        421,
        "host_not_allowed",
        "Misdirected request",
        asksWhoCalls
            ? "this server answers only to localhost, its own address and the names in"
                + " api.allowed_hosts (MN_API_ALLOWED_HOSTS): add this name there, or leave that"
                + " list empty"
            : "this server answers without a token, and so only to localhost, its own address and"
                + " the names in api.allowed_hosts (MN_API_ALLOWED_HOSTS): add this name there, or"
                + " set api.token (MN_API_TOKEN)",
        Json.object());
  }

  /** A page of another origin sent a request that may change something. */
  public static Problem originNotAllowed() {
    return of(
        ErrorCode.FORBIDDEN,
        "origin_not_allowed",
        "pages of this origin may change nothing and open no socket here: list it in api.cors_allow_origins"
            + " (MN_API_CORS_ALLOW_ORIGINS)");
  }

  /**
   * @param reasons public, as the caller needs no token
   */
  public static Problem notReady(List<String> reasons) {
    ObjectNode extras = Json.object();
    reasons.forEach(extras.putArray("reasons")::add);
    return new Problem(
        503, "not_ready", "Not ready", "not ready: " + String.join("; ", reasons), extras);
  }

  static Problem rangeNotSatisfiable(long size) {
    return new Problem(
        416,
        "range_not_satisfiable",
        "Range not satisfiable",
        "the file has " + size + " bytes and no such part",
        Json.object());
  }

  Problem(ErrorCode code, String error, String detail, ObjectNode extras) {
    this(code.httpStatus(), error, title(code, error), detail, extras);
  }

  /** Not logged per request: {@code storage} logs it once a minute. */
  boolean isStorageFull() {
    return error.equals("storage_full");
  }

  /** Logged without a stack trace, as the detail says it all. */
  boolean isDamage() {
    return error.equals("job_damaged");
  }

  public boolean isRetryable() {
    return status == 429 || status == 503 || status == 507;
  }

  /** Value of the header {@code Retry-After}: whole seconds, at least one. */
  long retryAfterSeconds() {
    return Math.max(1, Math.ceilDiv(extras.path("retry_after_ms").asLong(), 1000L));
  }

  public byte[] bytes(String requestId) {
    ObjectNode body = Json.object();
    body.put("type", "https://mirrorneuron.local/problems/" + error);
    body.put("title", title);
    body.put("status", status);
    body.put("detail", detail);
    body.put("error", error);
    body.put("request_id", requestId);
    body.setAll(extras);
    return Json.write(body).getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static Problem of(ErrorCode code, String error, String detail) {
    return new Problem(code, error, detail, Json.object());
  }

  private static Problem of(MnException failure) {
    ObjectNode extras = Json.MAPPER.valueToTree(failure.members());
    if (failure.validation() instanceof ArrayNode faults) {
      extras.set("errors", faults);
    } else if (failure.validation() != null) {
      extras.set("validation", failure.validation());
      extras.set("errors", issues(failure.error(), failure.validation()));
    }
    if (failure.retryAfterMs() > 0) {
      extras.put("retry_after_ms", failure.retryAfterMs());
    }
    return new Problem(failure.code(), failure.error(), failure.getMessage(), extras);
  }

  private static Problem of(Refusal refusal) {
    ObjectNode extras = Json.object();
    if (!refusal.faults().isEmpty()) {
      extras.set("errors", Fault.json(refusal.faults()));
    }
    if (refusal.limitBytes() > 0) {
      extras.put("limit_bytes", refusal.limitBytes());
    }
    return new Problem(refusal.code(), refusal.error(), refusal.getMessage(), extras);
  }

  /** The report's issues; without any, one for each of its error texts. */
  private static ArrayNode issues(String error, JsonNode validation) {
    if (validation.path("issues") instanceof ArrayNode issues && !issues.isEmpty()) {
      return issues;
    }
    ArrayNode made = Json.MAPPER.createArrayNode();
    validation
        .path("errors")
        .forEach(
            text ->
                made.addObject()
                    .put("code", error)
                    .put("message", text.asText())
                    .put("severity", "error"));
    return made;
  }

  private static String title(ErrorCode code, String error) {
    return TITLES.getOrDefault(error, CODE_TITLES.get(code));
  }
}
