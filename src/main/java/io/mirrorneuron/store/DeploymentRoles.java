package io.mirrorneuron.store;

import java.util.concurrent.CompletionStage;

/**
 * Port: which jobs service discovery finds while one job replaces another. A job without a role is
 * found. A role only moves forward, {@link #CANDIDATE} to {@link #PRIMARY} to {@link #RETIRED}, so
 * repeated or late calls change nothing.
 */
public interface DeploymentRoles {
  /** Will replace another job; found by queries for candidates. */
  String CANDIDATE = "candidate";

  /** Has replaced the other job; found by all queries. */
  String PRIMARY = "primary";

  /** Was replaced; found only by queries for retired jobs. */
  String RETIRED = "retired";

  /** Makes a job that is about to be created a candidate, unless it has a role. */
  CompletionStage<Void> candidate(String jobId);

  /**
   * Atomically makes the new job found and the old one not; changes nothing when the new job was
   * primary before.
   *
   * @return whether this call replaced it
   */
  CompletionStage<Boolean> replace(String oldJob, String newJob);
}
