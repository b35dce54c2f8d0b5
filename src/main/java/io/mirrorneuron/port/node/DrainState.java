package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.node.NodeUpkeep.DrainOrder;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A drain of a node, the one under way or the last one. Times are ISO-8601 in UTC.
 *
 * @param status {@code draining}, {@code complete}, {@code blocked_no_placement}, {@code
 *     paused_for_review} or {@code cancelled}; null for no drain at all, as is all else then
 * @param deadlineMs from {@code startedAt} to {@code deadlineAt}
 * @param ignoreSystemJobs whether jobs of type system and sysbatch stay where they are
 * @param completedAt null while it is under way
 * @param cancelledAt null unless it was cancelled
 * @param counters {@code checked}, and how many jobs there are of each outcome; null before the
 *     node has looked at its jobs
 * @param withServer true when nobody ordered it: the server was told to end
 * @param reviewedElsewhere how many jobs that have left wait for a person on another node; they are
 *     part of {@code paused_for_review} of the counters; null for none
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

  /** No drain. */
  public static final DrainState NONE =
      new DrainState(null, null, null, null, null, null, null, null, null, null, null);

  public DrainState {
    counters = counters == null ? null : Collections.unmodifiableMap(new TreeMap<>(counters));
  }

  /** Whether work still is to leave the node. */
  @JsonIgnore
  public boolean isOpen() {
    return status != null && !status.equals(COMPLETE) && !status.equals(CANCELLED);
  }

  /**
   * Whether it is under way, and gives work the time that the order gives it, for the same reason:
   * who orders it again changes nothing.
   */
  public boolean isOf(DrainOrder order, Instant now) {
    return isOpen()
        && !isOfEnd()
        && !isOver(now)
        && order.reason().equals(reason)
        && Long.valueOf(order.deadlineMs()).equals(deadlineMs)
        && Boolean.valueOf(order.ignoreSystemJobs()).equals(ignoreSystemJobs);
  }

  /** The drain that gives way to the order: one under way that is another; else null. */
  public DrainState replacedBy(DrainOrder order, Instant now) {
    return isOpen() && !isOf(order, now) ? this : null;
  }

  /** The same, cancelled at that time. */
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

  /** The same, with what came of it until now. */
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

  /** The same, with that many more jobs that have left and wait for a person. */
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

  /** Whether it is because the server was told to end. */
  @JsonIgnore
  public boolean isOfEnd() {
    return Boolean.TRUE.equals(withServer);
  }

  /**
   * Whether programs have had the time that they were given. When that of an ending server is over
   * it ends, and others go on with what is left.
   */
  public boolean isOver(Instant now) {
    return !isOfEnd() && deadlineAt != null && !now.isBefore(Instant.parse(deadlineAt));
  }

  /**
   * What comes of one job in a drain.
   *
   * @param jobType null when it is not known
   * @param status one of the words below
   * @param reason for people
   * @param affectedAgents agents of it whose programs run on the node
   */
  public record DrainAction(
      String jobId, String jobType, String status, String reason, List<String> affectedAgents) {
    public static final String SKIPPED = "skipped";
    public static final String IGNORED = "ignored";
    public static final String WAITING = "waiting";
    public static final String MIGRATED = "migrated";
    public static final String WOULD_MIGRATE = "would_migrate";

    /** A copy of a job of type system or sysbatch, which runs on that node and nowhere else. */
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
