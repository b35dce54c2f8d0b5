package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.mirrorneuron.model.GivenReason;
import io.mirrorneuron.model.MnException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Operations. Any server on the same store answers for each of them, and takes over those of a dead
 * server. Blocking. Thread-safe. Failures are {@link io.mirrorneuron.model.MnException}, NOT_FOUND
 * for an unknown operation or one that ended more than a week ago.
 */
public interface OperationsPort {

  /**
   * Begins one; returns when it and the jobs that it is about are durable.
   *
   * @param by who starts it, or null
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when there is no such node
   */
  OperationView start(OperationKind kind, OperationOptions options, String by);

  /** How far it is, with its items. */
  OperationView get(String id);

  /** What happened to it after that sequence number, oldest first. */
  Events events(String id, long after);

  /**
   * Cancels all open jobs and waits a while for it, as an operation.
   *
   * @param by who cancels, or null
   */
  Cancelled cancelAll(String by);

  /**
   * Removes all ended jobs and waits for it, as an operation.
   *
   * @param by who removes them, or null
   * @return how many were removed
   * @throws io.mirrorneuron.model.MnException TIMEOUT when it takes longer than callers wait; the
   *     operation goes on
   */
  int clear(String by);

  /**
   * @param ended whether nothing follows any more
   */
  record Events(List<OperationEvent> events, boolean ended) {}

  /**
   * @param pendingCount how many will be cancelled later, as their node is out of reach
   */
  record Cancelled(
      String operationId,
      int cancelledCount,
      int pendingCount,
      int failedCount,
      List<CancelledJob> results) {}

  record CancelledJob(
      String jobId, String status, @JsonInclude(JsonInclude.Include.NON_NULL) String error) {}

  /**
   * Outcome for one job of an operation.
   *
   * @param status one of the constants below
   * @param result further details, or null
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

    /** Statuses that are retried. */
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

  /**
   * Something that happened to an operation.
   *
   * @param type {@code operation_created}, {@code operation_started}, {@code item_started}, {@code
   *     item_completed}, {@code item_deferred}, {@code operation_deferred} or {@code
   *     operation_completed}
   * @param sequence 1 for the first, then one more each time
   * @param timestamp ISO-8601 in UTC
   * @param itemId the job that it is about; null when it is about the operation
   * @param status of the item; null when it is about the operation, as clients take any status for
   *     that of an item
   * @param operationStatus of the operation, when it is about that
   * @param counters as they were then, when the operation has ended or has to wait
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record OperationEvent(
      String type,
      String operationId,
      long sequence,
      String timestamp,
      String itemId,
      OperationView.Target target,
      String status,
      String operationStatus,
      ItemOutcome.Result result,
      String error,
      OperationView.Counters counters) {}

  /** What operations there are. */
  public enum OperationKind {
    CANCEL_ALL_JOBS,
    CLEAR_JOBS,
    DRAIN_NODE,
    RECONCILE_NODE;

    /** Whether it is about the jobs of one node. */
    public boolean isOfNode() {
      return this == DRAIN_NODE || this == RECONCILE_NODE;
    }

    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws MnException INVALID when there is no such kind
     */
    @JsonCreator
    public static OperationKind of(String word) {
      for (OperationKind kind : values()) {
        if (kind.word().equals(word)) {
          return kind;
        }
      }
      throw MnException.invalid(
          "unsupported operation kind \"%s\"; there are cancel_all_jobs, clear_jobs, drain_node and reconcile_node"
              .formatted(word));
    }
  }

  /**
   * Options of a new operation; null for an option not given. Operations on all jobs have none.
   *
   * @param nodeName of the affected node
   * @param reason in the caller's words
   * @param deadlineMs of a drain: how long programs of batch jobs may take to finish
   * @param ignoreSystemJobs of a drain: whether jobs of type system and sysbatch stay
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record OperationOptions(
      String nodeName, String reason, Boolean dryRun, Long deadlineMs, Boolean ignoreSystemJobs) {
    public static final OperationOptions NONE = new OperationOptions(null, null, null, null, null);

    private static final Set<String> OF_RECONCILIATIONS = Set.of("node_name", "reason", "dry_run");
    private static final Set<String> OF_DRAINS =
        Set.of("node_name", "reason", "dry_run", "deadline_ms", "ignore_system_jobs");

    /** What clients of release 1.2.31 may write into any object. */
    private static final String INTERFACE_VERSION = "version";

    /**
     * Reads what a caller wrote.
     *
     * @param given members of a JSON object
     * @throws MnException INVALID for what the kind has not, or is of another type
     */
    public static OperationOptions of(OperationKind kind, Map<String, Object> given) {
      Set<String> known =
          switch (kind) {
            case CANCEL_ALL_JOBS, CLEAR_JOBS -> Set.of();
            case RECONCILE_NODE -> OF_RECONCILIATIONS;
            case DRAIN_NODE -> OF_DRAINS;
          };
      for (Map.Entry<String, Object> member : given.entrySet()) {
        boolean isVersion = member.getKey().equals(INTERFACE_VERSION);
        if (!known.contains(member.getKey())
            && !(isVersion && member.getValue() instanceof Integer)) {
          throw MnException.invalid(
              "options_json of %s has the unknown member %s; %s"
                  .formatted(
                      kind.word(),
                      member.getKey(),
                      known.isEmpty()
                          ? "it has none"
                          : "it may have " + known.stream().sorted().toList()));
        }
      }
      if (kind.isOfNode() && !(given.get("node_name") instanceof String name && !name.isBlank())) {
        throw MnException.invalid("node_name is required");
      }
      return new OperationOptions(
          member(given, "node_name", String.class, "a text"),
          GivenReason.checked(member(given, "reason", String.class, "a text")),
          member(given, "dry_run", Boolean.class, "true or false"),
          wholeNumber(given),
          member(given, "ignore_system_jobs", Boolean.class, "true or false"));
    }

    private static <T> T member(
        Map<String, Object> given, String name, Class<T> type, String expected) {
      Object value = given.get(name);
      if (value != null && !type.isInstance(value)) {
        throw MnException.invalid("%s must be %s".formatted(name, expected));
      }
      return type.cast(value);
    }

    private static Long wholeNumber(Map<String, Object> given) {
      Object value = given.get("deadline_ms");
      if (value == null || value instanceof Integer || value instanceof Long) {
        return value == null ? null : ((Number) value).longValue();
      }
      throw MnException.invalid("deadline_ms must be an integer");
    }

    /** Whether only to say what would happen. */
    public boolean onlySays() {
      return Boolean.TRUE.equals(dryRun);
    }

    public boolean leavesSystemJobs() {
      return Boolean.TRUE.equals(ignoreSystemJobs);
    }
  }

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
    /** Limit of listed items, set by the size of a message. */
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
        int total,
        int started,
        int finished,
        int succeeded,
        int failed,
        int deferred,
        int skipped) {}

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
}
