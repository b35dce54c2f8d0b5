package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which nodes take work. Any node answers for all on the same store. Blocking and thread-safe; a
 * name without {@code @} is INVALID, and what changes a node fails as NOT_FOUND when nobody has
 * heard of it.
 */
public interface NodeUpkeep {
  /** Also of a node that nobody has heard of, see {@link NodeReport#orNotFound}. */
  NodeReport status(String node);

  /**
   * Says that a node takes no new work, or takes it again. Work that is there stays.
   *
   * @param reason in the caller's words; null or blank for none
   */
  MaintenanceChange maintain(String node, boolean enabled, String reason);

  /**
   * Has work leave a node, or says what would come of it. Answers when the node has looked at its
   * jobs, or after some seconds; {@link #status} tells how it goes on.
   */
  DrainReport drain(DrainOrder order);

  /**
   * Ends a drain; what has left the node stays where it is.
   *
   * @param markEligible whether the node takes work again; it is in maintenance otherwise
   */
  DrainCancelled undrain(String node, String reason, boolean markEligible);

  /**
   * Takes over the jobs of a node that is dead. Those of one that lives are its own affair.
   *
   * @param dryRun whether only to say what would happen
   */
  Reconciliation reconcile(String node, String reason, boolean dryRun);

  /**
   * That work is to leave a node.
   *
   * @param reason in the caller's words; null or blank for a standard one
   * @param deadlineMs how long programs of batch jobs may take to end by themselves; 0 or less for
   *     {@link #STANDARD_MS}; a year at most
   * @param dryRun whether only to say what would happen
   * @param ignoreSystemJobs whether jobs of type system and sysbatch stay where they are
   */
  public record DrainOrder(
      String node, String reason, long deadlineMs, boolean dryRun, boolean ignoreSystemJobs) {
    public static final long STANDARD_MS = 1_800_000;

    /** A year. */
    public static final long LONGEST_MS = 31_536_000_000L;

    public static final String STANDARD_REASON = "operator requested node drain";

    public DrainOrder {
      reason = reason == null || reason.isBlank() ? STANDARD_REASON : reason.strip();
      if (deadlineMs > LONGEST_MS) {
        throw MnException.invalid("deadline_ms must be at most " + LONGEST_MS + ", a year");
      }
      deadlineMs = deadlineMs <= 0 ? STANDARD_MS : deadlineMs;
    }
  }

  /**
   * The end of a drain that somebody asked for.
   *
   * @param status {@code cancelled}, also when there was none
   * @param wasDraining whether there was one; null from a server that does not tell
   * @param reason in the caller's words, or null
   * @param message that there was none, and what keeps the node from work still; or null
   */
  public record DrainCancelled(
      String node,
      String status,
      @JsonInclude(JsonInclude.Include.NON_NULL) Boolean wasDraining,
      boolean schedulingEligible,
      String reason,
      @JsonInclude(JsonInclude.Include.NON_NULL) String message,
      NodeState nodeState) {}

  /**
   * What comes of a drain.
   *
   * @param status of the drain as in {@link DrainState}, or {@code dry_run}
   * @param wouldStatus of a dry run: what the real one would answer; else null
   * @param counters {@code checked}, and how many actions have each status
   * @param nodeStatus null in a dry run, as is {@code schedulingEligible}
   * @param replaced the drain that was under way and that this one takes the place of, or would;
   *     null when there was none, or the order was the same
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DrainReport(
      String node,
      String status,
      String wouldStatus,
      String reason,
      String startedAt,
      String deadlineAt,
      Map<String, Integer> counters,
      List<DrainAction> actions,
      NodeCondition nodeStatus,
      Boolean schedulingEligible,
      DrainState replaced) {
    public static final String DRY_RUN = "dry_run";

    public DrainReport {
      counters = Collections.unmodifiableMap(new TreeMap<>(counters));
      actions = List.copyOf(actions);
    }
  }

  /**
   * Whether the operator of a node wants no new work on it.
   *
   * @param enabled null when nobody has ever said so, as is all else then
   * @param reason in the operator's words, or null
   * @param updatedAt ISO-8601 in UTC
   * @param disabledAt when it ended; null while it lasts
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Maintenance(Boolean enabled, String reason, String updatedAt, String disabledAt) {
    /** It was never asked for. */
    public static final Maintenance NONE = new Maintenance(null, null, null, null);

    /** The same once it is over; as it is when it does not last. */
    public Maintenance ended(String why, String now) {
      return Boolean.TRUE.equals(enabled) ? new Maintenance(false, why, now, now) : this;
    }
  }

  /**
   * What came of switching maintenance on or off.
   *
   * @param reason in the caller's words, or null
   */
  public record MaintenanceChange(
      String node,
      NodeCondition status,
      boolean schedulingEligible,
      String reason,
      Maintenance maintenance,
      NodeState nodeState) {}

  /**
   * What was done about the jobs of a node.
   *
   * @param status {@code reconciled} or {@code dry_run}
   * @param reason in the caller's words, or null
   * @param message for people, of a node that is taken for alive: when it was heard of last and
   *     from when on it is dead; null for one that is dead, and for the one that answers
   */
  public record Reconciliation(
      String node,
      String status,
      String reason,
      boolean schedulingEligible,
      int checked,
      int recovered,
      int paused,
      int blocked,
      int skipped,
      int failed,
      List<ReconciledJob> jobs,
      @JsonInclude(JsonInclude.Include.NON_NULL) String message) {
    public Reconciliation {
      jobs = List.copyOf(jobs);
    }

    /**
     * @param action {@code recovered}, {@code skipped} or {@code failed}
     * @param reason for people
     * @param mode {@code job}, as whole jobs are recovered
     * @param failedNode the node that it was on, when that is dead; else null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ReconciledJob(
        String jobId, String action, String reason, String mode, String failedNode) {
      public static final String RECOVERED = "recovered";
      public static final String SKIPPED = "skipped";
      public static final String FAILED = "failed";
    }
  }

  /**
   * That a node was kept from work because of its faults: now, while its status is {@link
   * NodeCondition#QUARANTINED}, or the last time. Times are ISO-8601 in UTC.
   *
   * @param times how often, without its operator or a quiet hour in between
   * @param untilAt when it ends by itself, if the node has no more faults; null for never
   * @param endedAt null while it lasts
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Quarantine(String since, String reason, int times, String untilAt, String endedAt) {

    Quarantine ended(String at, int counts) {
      return new Quarantine(since, reason, counts, untilAt, at);
    }
  }
}
