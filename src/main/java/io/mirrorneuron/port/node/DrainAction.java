package io.mirrorneuron.port.node;

import java.util.List;

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
