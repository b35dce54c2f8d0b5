package io.mirrorneuron.api;

import io.mirrorneuron.api.model.Problem;
import io.mirrorneuron.api.model.ValidationReport;
import java.time.Duration;
import java.util.Optional;

/** What the server refused, or could not do, in its own words. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Problem problem;
  private final transient Duration retryAfter;

  ProblemException(int status, Problem problem, Duration retryAfter) {
    super(problem.detail());
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** {@return the status of HTTP} */
  public int status() {
    return status;
  }

  /** {@return the word for programs, for example {@code job_not_found}} */
  public String error() {
    return problem.error();
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
}
