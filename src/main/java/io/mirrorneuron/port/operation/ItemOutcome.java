package io.mirrorneuron.port.operation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Set;

/**
 * What came of one job of an operation.
 *
 * @param status one of the words below
 * @param result what is known besides, or null
 * @param error why it failed or has to wait, for people; or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ItemOutcome(String status, Result result, String error) {
  public static final String CANCELLED = "cancelled";
  public static final String CLEARED = "cleared";
  public static final String RECOVERED = "recovered";
  public static final String MIGRATED = "migrated";
  public static final String SKIPPED = "skipped";
  public static final String IGNORED = "ignored";
  public static final String DRY_RUN = "dry_run";
  public static final String FAILED = "failed";

  /** These are looked at again. */
  public static final String CANCELLATION_PENDING = "cancellation_pending";

  public static final String DEFERRED = "deferred";
  public static final String PAUSED = "paused_for_review";

  private static final Set<String> OPEN = Set.of(CANCELLATION_PENDING, DEFERRED, PAUSED);
  private static final Set<String> NOTHING_DONE = Set.of(SKIPPED, IGNORED);

  /**
   * @param status a word of the part that did it, or the status of the job
   * @param reason for people
   * @param node where the job is now
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Result(String status, String reason, String node) {}

  /** Without more to tell. */
  public static ItemOutcome of(String status) {
    return new ItemOutcome(status, null, null);
  }

  public static ItemOutcome because(String status, String word, String reason) {
    return new ItemOutcome(status, new Result(word, reason, null), null);
  }

  public static ItemOutcome failed(String status, String error) {
    return new ItemOutcome(status, null, error);
  }

  /** Whether it will be looked at again. */
  @JsonIgnore
  public boolean isOpen() {
    return OPEN.contains(status);
  }

  @JsonIgnore
  public boolean isFailure() {
    return status.equals(FAILED);
  }

  /** Whether nothing had to be done. */
  @JsonIgnore
  public boolean isNothing() {
    return NOTHING_DONE.contains(status);
  }
}
