package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The current or last drain of a node. Times are ISO-8601 in UTC.
 *
 * @param status {@code draining}, {@code complete}, {@code blocked_no_placement}, {@code
 *     paused_for_review} or {@code cancelled}; null, as are all other members, without any drain
 * @param deadlineMs from {@code startedAt} to {@code deadlineAt}
 * @param ignoreSystemJobs whether jobs of type system and sysbatch stay
 * @param completedAt null while it is under way
 * @param cancelledAt null unless it was cancelled
 * @param counters {@code checked}, and the number of jobs by outcome; null before the node has
 *     looked at its jobs
 * @param withServer true for a drain caused by the server's shutdown rather than an order
 * @param reviewedElsewhere number of moved jobs that wait for a person on another node; included in
 *     {@code paused_for_review} of the counters; null for none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DrainState(
    String status,
    String startedAt,
    String deadlineAt,
    Long deadlineMs,
    String reason,
    Boolean ignoreSystemJobs,
    String completedAt,
    String cancelledAt,
    Map<String, Integer> counters,
    Boolean withServer,
    Integer reviewedElsewhere) {

  public static final String DRAINING = "draining";
  public static final String COMPLETE = "complete";
  public static final String BLOCKED = "blocked_no_placement";
  public static final String PAUSED = "paused_for_review";
  public static final String CANCELLED = "cancelled";

  public static final DrainState NONE =
      new DrainState(null, null, null, null, null, null, null, null, null, null, null);

  public DrainState {
    counters = counters == null ? null : Collections.unmodifiableMap(new TreeMap<>(counters));
  }

  /** Whether work still has to leave the node. */
  @JsonIgnore
  public boolean isOpen() {
    return status != null && !status.equals(COMPLETE) && !status.equals(CANCELLED);
  }

  /**
   * Whether it is under way with the deadline and reason of this order: repeating the order changes
   * nothing.
   */
  public boolean isOf(DrainOrder order, Instant now) {
    return isOpen()
        && !isOfEnd()
        && !isOver(now)
        && order.reason().equals(reason)
        && Long.valueOf(order.deadlineMs()).equals(deadlineMs)
        && Boolean.valueOf(order.ignoreSystemJobs()).equals(ignoreSystemJobs);
  }

  /** This drain if it is under way and differs from the order that replaces it; else null. */
  public DrainState replacedBy(DrainOrder order, Instant now) {
    return isOpen() && !isOf(order, now) ? this : null;
  }

  public DrainState cancelled(String time) {
    return new DrainState(
        CANCELLED,
        startedAt,
        deadlineAt,
        deadlineMs,
        reason,
        ignoreSystemJobs,
        completedAt,
        time,
        counters,
        withServer,
        reviewedElsewhere);
  }

  /** Returns a copy with the current outcome. */
  public DrainState after(String state, String completed, Map<String, Integer> count) {
    return new DrainState(
        state,
        startedAt,
        deadlineAt,
        deadlineMs,
        reason,
        ignoreSystemJobs,
        completed,
        null,
        count,
        withServer,
        reviewedElsewhere);
  }

  /** Returns a copy with {@code more} moved jobs that wait for a person. */
  public DrainState reviewed(int more) {
    return more == 0
        ? this
        : new DrainState(
            status,
            startedAt,
            deadlineAt,
            deadlineMs,
            reason,
            ignoreSystemJobs,
            completedAt,
            cancelledAt,
            counters,
            withServer,
            (reviewedElsewhere == null ? 0 : reviewedElsewhere) + more);
  }

  /** Whether the server's shutdown caused it. */
  @JsonIgnore
  public boolean isOfEnd() {
    return Boolean.TRUE.equals(withServer);
  }

  /**
   * Whether the deadline has passed. The drain of a server's shutdown has no such end: at its
   * deadline the server exits and other nodes take over the rest.
   */
  public boolean isOver(Instant now) {
    return !isOfEnd() && deadlineAt != null && !now.isBefore(Instant.parse(deadlineAt));
  }

  /**
   * Outcome of a drain for one job.
   *
   * @param jobType null if unknown
   * @param status one of the constants below
   * @param reason for people
   * @param affectedAgents agents whose programs run on the node
   */
  public record DrainAction(
      String jobId, String jobType, String status, String reason, List<String> affectedAgents) {
    public static final String SKIPPED = "skipped";
    public static final String IGNORED = "ignored";
    public static final String WAITING = "waiting";
    public static final String MIGRATED = "migrated";
    public static final String WOULD_MIGRATE = "would_migrate";

    /** A copy of a job of type system or sysbatch, which runs only on that node. */
    public static final String ENDED = "ended";

    public static final String WOULD_END = "would_end";
    public static final String BLOCKED = "blocked";
    public static final String PAUSED = "paused_for_review";
    public static final String FAILED = "failed";

    public DrainAction {
      affectedAgents = List.copyOf(affectedAgents);
    }

    public DrainAction but(String other, String why) {
      return new DrainAction(jobId, jobType, other, why, affectedAgents);
    }
  }
}
