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
 * Maintenance, drains and take-over of nodes. Any node answers for all on the same store. Blocking.
 * Thread-safe. A name without {@code @} is INVALID; changing an unknown node fails with NOT_FOUND.
 */
public interface NodeMaintenance {
  /** Also answers for an unknown node, see {@link NodeReport#orNotFound}. */
  NodeReport status(String node);

  /**
   * Switches maintenance: whether the node takes new work. Present work stays.
   *
   * @param reason in the caller's words; null or blank for none
   */
  MaintenanceChange maintain(String node, boolean enabled, String reason);

  /**
   * Moves work off a node, or reports what would happen. Returns when the node has looked at its
   * jobs, or after some seconds; {@link #status} shows the progress.
   */
  DrainReport drain(DrainOrder order);

  /**
   * Ends a drain; moved work stays where it is.
   *
   * @param markEligible whether the node takes work again; otherwise it is in maintenance
   */
  DrainCancelled undrain(String node, String reason, boolean markEligible);

  /**
   * Takes over the jobs of a dead node. Jobs of a live node are left alone.
   *
   * @param dryRun only reports what would happen
   */
  Reconciliation reconcile(String node, String reason, boolean dryRun);

  /**
   * Request to move work off a node.
   *
   * @param reason in the caller's words; null or blank for a standard reason
   * @param deadlineMs how long programs of batch jobs may take to finish; 0 or less for {@link
   *     #STANDARD_MS}; a year at most
   * @param dryRun only reports what would happen
   * @param ignoreSystemJobs whether jobs of type system and sysbatch stay
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
   * The end of a cancelled drain.
   *
   * @param status {@code cancelled}, also when there was no drain
   * @param wasDraining whether there was a drain; null from a server that does not report it
   * @param reason in the caller's words, or null
   * @param message that there was no drain, and why the node still takes no work; or null
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
   * Outcome of a drain.
   *
   * @param status of the drain as in {@link DrainState}, or {@code dry_run}
   * @param wouldStatus of a dry run: the status of a real drain; else null
   * @param counters {@code checked}, and the number of actions by status
   * @param nodeStatus null in a dry run, as is {@code schedulingEligible}
   * @param replaced the running drain that this drain replaces, or would; null when there was none,
   *     or the order was the same
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
   * @param enabled null, as are all other members, if never set
   * @param reason in the operator's words, or null
   * @param updatedAt ISO-8601 in UTC
   * @param disabledAt when it ended; null while it lasts
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Maintenance(Boolean enabled, String reason, String updatedAt, String disabledAt) {
    /** Never set. */
    public static final Maintenance NONE = new Maintenance(null, null, null, null);

    /** Returns an ended copy; unchanged if not enabled. */
    public Maintenance ended(String why, String now) {
      return Boolean.TRUE.equals(enabled) ? new Maintenance(false, why, now, now) : this;
    }
  }

  /**
   * Outcome of switching maintenance on or off.
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
   * Outcome of taking over the jobs of a node.
   *
   * @param status {@code reconciled} or {@code dry_run}
   * @param reason in the caller's words, or null
   * @param message for people, about a node considered alive: its last heartbeat and when it counts
   *     as dead; null for a dead node and for the answering node
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
     * @param failedNode the dead node that had the job; else null
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
   * The current quarantine of a node, while its status is {@link NodeCondition#QUARANTINED}, or the
   * last one. Times are ISO-8601 in UTC.
   *
   * @param times number of quarantines without an operator's action or a quiet hour in between
   * @param untilAt when it expires, if the node has no more faults; null for never
   * @param endedAt null while it lasts
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Quarantine(String since, String reason, int times, String untilAt, String endedAt) {

    Quarantine ended(String at, int counts) {
      return new Quarantine(since, reason, counts, untilAt, at);
    }
  }
}
