package io.mirrorneuron.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The one failure of this program. It is translated only at borders: gRPC, bus, HTTP, CLI.
 *
 * <p>{@code error} is the machine word of the contract (for example {@code
 * manifest_validation_failed}); {@code validation} is a {@code validation.report/v1} object, a list
 * of faults of the request, or null.
 */
public final class MnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How long to wait for somebody to make room on a disk. */
  private static final long ROOM_MS = 10_000;

  private static final String STORAGE_FULL = "storage_full";

  private static final String JOB_DAMAGED = "job_damaged";
  private static final String DAMAGED = " is damaged: ";

  private final ErrorCode code;
  private final String error;
  private final transient JsonNode validation;
  private final long retryAfterMs;
  private final transient Map<String, Object> members;

  public MnException(ErrorCode code, String error, String message) {
    this(code, error, message, null, null);
  }

  public MnException(
      ErrorCode code, String error, String message, JsonNode validation, Throwable cause) {
    this(code, error, message, validation, 0, Map.of(), cause);
  }

  private MnException(
      ErrorCode code,
      String error,
      String message,
      JsonNode validation,
      long retryAfterMs,
      Map<String, Object> members,
      Throwable cause) {
    super(message, cause);
    this.code = code;
    this.error = error;
    this.validation = validation;
    this.retryAfterMs = retryAfterMs;
    this.members = members;
  }

  /** EXHAUSTED {@code retry_later}: whoever takes this is full; see {@link #retryAfterMs()}. */
  public static MnException retryLater(String message, long retryAfterMs) {
    return new MnException(ErrorCode.EXHAUSTED, "retry_later", message)
        .withRetryAfter(retryAfterMs);
  }

  /** The same failure, which may be gone after so many milliseconds; 0 says nothing of it. */
  public MnException withRetryAfter(long ms) {
    return new MnException(code, error, getMessage(), validation, ms, members, getCause());
  }

  /**
   * The same failure with further members for programs.
   *
   * @param further what can be written as JSON, by name; may have nulls
   */
  public MnException with(Map<String, Object> further) {
    Map<String, Object> all = new LinkedHashMap<>(members);
    all.putAll(further);
    return new MnException(code, error, getMessage(), validation, retryAfterMs, all, getCause());
  }

  /** {@code job <id> was not found}: the wording existing clients look for. */
  public static MnException notFound(String what, String id) {
    return new MnException(
        ErrorCode.NOT_FOUND,
        what.replace(' ', '_') + "_not_found",
        what + " " + id + " was not found");
  }

  public static MnException malformed(String message) {
    return new MnException(ErrorCode.MALFORMED, "malformed_request", message);
  }

  public static MnException invalid(String message) {
    return new MnException(ErrorCode.INVALID, "invalid_argument", message);
  }

  public static MnException precondition(String message) {
    return new MnException(ErrorCode.PRECONDITION, "failed_precondition", message);
  }

  public static MnException unavailable(String message, Throwable cause) {
    return new MnException(ErrorCode.UNAVAILABLE, "unavailable", message, null, cause);
  }

  /**
   * What is stored of a job is not what any build wrote; DATA_LOSS {@code job_damaged}.
   *
   * @param what is wrong, for example {@code epoch must be an integer}
   */
  public static MnException damaged(String jobId, String what) {
    return new MnException(
        ErrorCode.DATA_LOSS, JOB_DAMAGED, "stored state of job " + jobId + DAMAGED + what);
  }

  /** Whether {@link #damaged} made it, here or on another server. */
  public boolean isJobDamaged() {
    return error.equals(JOB_DAMAGED);
  }

  /** What is wrong, as {@link #damaged} was told it; else the message. */
  public String fault() {
    return isJobDamaged()
        ? getMessage().substring(getMessage().indexOf(DAMAGED) + DAMAGED.length())
        : getMessage();
  }

  /**
   * There is no room on a disk.
   *
   * @param code STORAGE_FULL when nothing was written; UNAVAILABLE when nobody knows whether it was
   */
  public static MnException storageFull(ErrorCode code, String message, Throwable cause) {
    return new MnException(code, STORAGE_FULL, message, null, cause).withRetryAfter(ROOM_MS);
  }

  /**
   * The same failure of a call that may have been carried out all the same; UNAVAILABLE {@code
   * may_have_happened}, or {@code storage_full} where that is why nobody knows.
   *
   * @param where what tells whether it was, for example {@code the job}
   */
  public MnException inDoubt(String where) {
    return new MnException(
        ErrorCode.UNAVAILABLE,
        isStorageFull() && code == ErrorCode.UNAVAILABLE ? error : "may_have_happened",
        getMessage()
            + "; what was asked may have happened all the same: look at "
            + where
            + " before you ask again",
        validation,
        retryAfterMs,
        members,
        getCause());
  }

  /** Whether a full disk is the reason, here or on another server. */
  public boolean isStorageFull() {
    return error.equals(STORAGE_FULL);
  }

  public ErrorCode code() {
    return code;
  }

  public String error() {
    return error;
  }

  public JsonNode validation() {
    return validation;
  }

  /** Further members of the answer, besides those of all failures; mostly none. */
  public Map<String, Object> members() {
    return Collections.unmodifiableMap(members);
  }

  /** When the same call is worth another try, in milliseconds from now; 0 when nobody knows. */
  public long retryAfterMs() {
    return retryAfterMs;
  }
}
