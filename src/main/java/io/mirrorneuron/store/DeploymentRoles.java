package io.mirrorneuron.store;

import java.util.concurrent.CompletionStage;

/**
 * Port: which jobs are found by who looks for their services, while one takes the place of another.
 * A job without a role is found. A role goes one way only, {@link #CANDIDATE} to {@link #PRIMARY}
 * to {@link #RETIRED}, so that what is asked for again, or arrives late, changes nothing.
 */
public interface DeploymentRoles {
  /** It is made to take the place of another job; found by those who ask for candidates. */
  String CANDIDATE = "candidate";

  /** It has taken the place; found by all. */
  String PRIMARY = "primary";

  /** Another job has its place; found by nobody who does not ask for it. */
  String RETIRED = "retired";

  /** A job that is about to be made is a candidate, unless it has a role. */
  CompletionStage<Void> candidate(String jobId);

  /**
   * From one moment on, the new job is found and the old one is not; nothing changes where the new
   * job has had its turn.
   *
   * @return whether it has happened now
   */
  CompletionStage<Boolean> replace(String oldJob, String newJob);
}
