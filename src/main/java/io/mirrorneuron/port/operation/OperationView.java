package io.mirrorneuron.port.operation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;

/**
 * An operation as who asks for it is told. Times are ISO-8601 in UTC, null for what has not
 * happened.
 *
 * @param status {@code running}, {@code waiting} while all that is left has to wait, {@code
 *     completed} or {@code completed_with_failures}
 * @param targets the jobs that it is about, {@link #MOST_TOLD} at most
 * @param targetCount how many there are
 * @param items by job, what is left or failed first, {@link #MOST_TOLD} at most; null where only
 *     the operation is told
 * @param itemsOmitted how many are not told; null for none
 * @param errors for people: what failed, and what was left out
 * @param message for people, of the operation as a whole; or null
 */
public record OperationView(
    String operationId,
    OperationKind kind,
    String status,
    @JsonUnwrapped OperationOptions options,
    List<Target> targets,
    int targetCount,
    Counters counters,
    @JsonInclude(JsonInclude.Include.NON_NULL) Map<String, Item> items,
    @JsonInclude(JsonInclude.Include.NON_NULL) Integer itemsOmitted,
    List<String> errors,
    @JsonInclude(JsonInclude.Include.NON_NULL) String message,
    String createdAt,
    String updatedAt,
    String startedAt,
    String completedAt) {
  /** A message has room for so many. */
  public static final int MOST_TOLD = 5_000;

  public static final String RUNNING = "running";
  public static final String WAITING = "waiting";
  public static final String COMPLETED = "completed";
  public static final String WITH_FAILURES = "completed_with_failures";

  /**
   * A job that an operation is about.
   *
   * @param id the same, for operations that were about something else
   * @param nodeName of the node that the operation is about, or null
   */
  public record Target(
      String id, String jobId, @JsonInclude(JsonInclude.Include.NON_NULL) String nodeName) {}

  /**
   * How many items there are of each sort.
   *
   * @param finished those that are not looked at again; {@code succeeded}, {@code failed} and
   *     others
   * @param deferred those that will be looked at again
   * @param skipped those of the succeeded about which nothing had to be done
   */
  public record Counters(
      int total, int started, int finished, int succeeded, int failed, int deferred, int skipped) {}

  /**
   * What came of one job.
   *
   * @param status a word of {@link ItemOutcome}, or {@code pending} and {@code running}
   */
  public record Item(
      String itemId,
      Target target,
      String status,
      String startedAt,
      String completedAt,
      ItemOutcome.Result result,
      String error) {}
}
