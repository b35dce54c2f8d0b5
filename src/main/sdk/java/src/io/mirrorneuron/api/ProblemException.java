package io.mirrorneuron.api;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mirrorneuron.api.model.Problem;
import io.mirrorneuron.api.model.ValidationReport;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the server refused, or could not do, in its own words. Frequent kinds have types of their own. */
public sealed class ProblemException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Problem problem;
  private final transient Duration retryAfter;

  private ProblemException(int status, Problem problem, Duration retryAfter) {
    super(status + " " + error(status, problem) + ": " + problem.detail(), null);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** The error for an answer, whatever stands between the server and us. */
  static ProblemException of(HttpResponse<?> response, byte[] body, ObjectMapper json) {
    Duration retryAfter =
        response.headers().firstValue("Retry-After").filter(value -> value.matches("\\d{1,9}")).stream()
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
            .findFirst()
            .orElse(null);
    return of(response.statusCode(), read(body, json), retryAfter);
  }

  private static Problem read(byte[] body, ObjectMapper json) {
    String text = new String(body, StandardCharsets.UTF_8);
    Problem.Builder unknown = Problem.builder().detail(text.substring(0, Math.min(500, text.length())));
    try {
      JsonNode told = json.readTree(body);
      if (!told.isObject()) {
        return unknown.build();
      }
      try {
        return json.treeToValue(told, Problem.class);
      } catch (IOException odd) { // a member has another type: the words still count
        Problem.Builder words = Problem.builder().error(told.path("error").textValue()).detail(told.path("detail").asText());
        return (told.path("errors").isArray() ? words.errors(json.convertValue(told.get("errors"), new TypeReference<>() {})) : words).build();
      }
    } catch (IOException none) {
      return unknown.build();
    }
  }

  static ProblemException of(int status, Problem problem, Duration retryAfter) {
    return switch (status) {
      case 401 -> new Unauthorized(status, problem, retryAfter);
      case 403 -> new Forbidden(status, problem, retryAfter);
      case 404 -> new NotFound(status, problem, retryAfter);
      case 409 -> new Conflict(status, problem, retryAfter);
      case 400, 422 -> new Invalid(status, problem, retryAfter);
      case 429, 503 -> new TooBusy(status, problem, retryAfter);
      default -> new ProblemException(status, problem, retryAfter);
    };
  }

  /** {@return the status of HTTP} */
  public int status() {
    return status;
  }

  /** {@return the word for programs, for example {@code job_not_found}} */
  public String error() {
    return error(status, problem);
  }

  private static String error(int status, Problem problem) {
    return problem.error() == null ? "http_" + status : problem.error();
  }

  /** {@return the code of the first fault of the request, or issue of the manifest} */
  public Optional<String> code() {
    List<?> errors = problem.errors();
    if (errors == null || errors.isEmpty() || !(errors.get(0) instanceof Map<?, ?> first)) {
      return Optional.empty();
    }
    Object code = first.get("code") == null ? first.get("type") : first.get("code");
    return Optional.ofNullable(code).map(Object::toString);
  }

  /** {@return the report of a refused manifest} */
  public Optional<ValidationReport> validation() {
    return Optional.ofNullable(problem.validation());
  }

  /** {@return when the same request is worth another try} */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** {@return the whole answer} */
  public Problem problem() {
    return problem;
  }

  /** 401: the token is missing or wrong. */
  public static final class Unauthorized extends ProblemException {
    private static final long serialVersionUID = 1L;

    private Unauthorized(int status, Problem problem, Duration retryAfter) {
      super(status, problem, retryAfter);
    }
  }

  /** 403: the token's role is too small, or the page may not call. */
  public static final class Forbidden extends ProblemException {
    private static final long serialVersionUID = 1L;

    private Forbidden(int status, Problem problem, Duration retryAfter) {
      super(status, problem, retryAfter);
    }
  }

  /** 404: no such job, run, file. */
  public static final class NotFound extends ProblemException {
    private static final long serialVersionUID = 1L;

    private NotFound(int status, Problem problem, Duration retryAfter) {
      super(status, problem, retryAfter);
    }
  }

  /** 409: it was done already, or something else was done with the same key. */
  public static final class Conflict extends ProblemException {
    private static final long serialVersionUID = 1L;

    private Conflict(int status, Problem problem, Duration retryAfter) {
      super(status, problem, retryAfter);
    }
  }

  /** 400 and 422: the request or the manifest does not fit; {@link #code}, {@link #problem} and {@link #validation} say where. */
  public static final class Invalid extends ProblemException {
    private static final long serialVersionUID = 1L;

    private Invalid(int status, Problem problem, Duration retryAfter) {
      super(status, problem, retryAfter);
    }
  }

  /** 429 and 503: not now. */
  public static final class TooBusy extends ProblemException {
    private static final long serialVersionUID = 1L;

    private TooBusy(int status, Problem problem, Duration retryAfter) {
      super(status, problem, retryAfter);
    }
  }
}
