package io.mirrorneuron.runtime.drain;

import static io.mirrorneuron.port.node.DrainState.DrainAction.BLOCKED;
import static io.mirrorneuron.port.node.DrainState.DrainAction.ENDED;
import static io.mirrorneuron.port.node.DrainState.DrainAction.FAILED;
import static io.mirrorneuron.port.node.DrainState.DrainAction.IGNORED;
import static io.mirrorneuron.port.node.DrainState.DrainAction.MIGRATED;
import static io.mirrorneuron.port.node.DrainState.DrainAction.PAUSED;
import static io.mirrorneuron.port.node.DrainState.DrainAction.SKIPPED;
import static io.mirrorneuron.port.node.DrainState.DrainAction.WAITING;
import static io.mirrorneuron.port.node.DrainState.DrainAction.WOULD_END;
import static io.mirrorneuron.port.node.DrainState.DrainAction.WOULD_MIGRATE;

import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The action of a drain for each job. Pure, and the same for the drain and its dry run.
 *
 * @param hasTarget whether another node takes work
 * @param isOver whether the time for programs of batch jobs is over
 * @param ignoresSystemJobs whether jobs of type system and sysbatch stay
 */
record DrainPlan(boolean hasTarget, boolean isOver, boolean ignoresSystemJobs) {
  /** A job that has left and waits for a person on another node; counts as {@code PAUSED}. */
  static final String REVIEWED_ELSEWHERE = "reviewed_elsewhere";

  DrainAction of(JobOnNode job) {
    if (job.status() == null) {
      return action(job, SKIPPED, "its row cannot be read; it moves when the node is gone");
    }
    if (ignoresSystemJobs && job.isSystem()) {
      return action(job, IGNORED, "jobs of type " + job.jobType() + " stay");
    }
    if (job.isReviewed() || job.status().equals("paused")) {
      return resting(job);
    }
    return job.isBatch() ? batch(job) : service(job);
  }

  /** A job of another node with programs here, which may run again elsewhere. */
  DrainAction ofRemoteTask(JobOnNode job) {
    if (ignoresSystemJobs && job.isSystem()) {
      return action(job, IGNORED, "programs of jobs of type " + job.jobType() + " stay");
    }
    if (job.isBatch() && !isOver) {
      return action(job, WAITING, "it runs programs here for another node; they may end");
    }
    if (job.isCopies()) {
      return action(job, ENDED, "its copy here ends; those on other nodes go on");
    }
    return hasTarget
        ? action(job, MIGRATED, "its programs begin again on another node")
        : action(job, BLOCKED, "no other node takes work; its programs go on here");
  }

  static List<DrainAction> both(List<DrainAction> own, List<DrainAction> ofOthers) {
    return Stream.concat(own.stream(), ofOthers.stream()).toList();
  }

  /** A job without running programs. */
  private DrainAction resting(JobOnNode job) {
    if (hasTarget) {
      return action(job, MIGRATED, "it is paused, and stays so on another node");
    }
    return job.isReviewed()
        ? action(job, PAUSED, "it waits for a person")
        : action(job, SKIPPED, "it is paused; nothing of it runs");
  }

  private DrainAction batch(JobOnNode job) {
    boolean runs = !job.agents().isEmpty();
    if (!runs && hasTarget) {
      return action(job, MIGRATED, "another node goes on with it");
    }
    if (isOver && !runs) {
      String why = "no other node takes work; nothing of it runs, and it waits for one that does";
      return action(job, BLOCKED, why);
    }
    if (isOver) {
      return action(job, PAUSED, "it had not ended by the deadline of the drain");
    }
    return action(
        job,
        WAITING,
        runs ? "its programs may end until the deadline" : "no other node takes work; it may end");
  }

  private DrainAction service(JobOnNode job) {
    if (!hasTarget) {
      return action(job, BLOCKED, "no other node takes work; it goes on here");
    }
    String moved = "another node goes on with it" + (job.isCopies() ? "; its copy here ends" : "");
    return action(
        job, MIGRATED, job.doubling().offers() ? moved + "; " + job.doubling().sentence() : moved);
  }

  private static DrainAction action(JobOnNode job, String status, String reason) {
    return new DrainAction(job.jobId(), job.jobType(), status, reason, job.agents());
  }

  /** In the form of a dry run. */
  static DrainAction supposed(DrainAction action) {
    return switch (action.status()) {
      case MIGRATED -> action.but(WOULD_MIGRATE, action.reason());
      case ENDED -> action.but(WOULD_END, action.reason());
      default -> action;
    };
  }

  /**
   * The status of the drain.
   *
   * @param isStaying whether services of jobs that have left are still here
   */
  static String overall(List<DrainAction> actions, boolean isStaying) {
    if (has(actions, FAILED) || has(actions, BLOCKED)) {
      return DrainState.BLOCKED;
    }
    if (has(actions, PAUSED)) {
      return DrainState.PAUSED;
    }
    return isStaying || has(actions, WAITING) ? DrainState.DRAINING : DrainState.COMPLETE;
  }

  private static boolean has(List<DrainAction> actions, String status) {
    return actions.stream().anyMatch(action -> action.status().equals(status));
  }

  /**
   * The status of a drain in progress: a job that waits for a person moves to another node with the
   * next look, if there is one, so the drain continues until then.
   */
  String status(List<DrainAction> actions, boolean isStaying) {
    String overall = overall(actions, isStaying);
    return hasTarget && overall.equals(DrainState.PAUSED) ? DrainState.DRAINING : overall;
  }

  /**
   * The counters of a drain whose node has died: other nodes take over all that had not left. Work
   * that was to stay, as copies of system jobs, has not moved; jobs waiting for a person do so
   * elsewhere.
   *
   * @param counters of the last look; null when there was none
   */
  static Map<String, Integer> takenOver(Map<String, Integer> counters) {
    if (counters == null) {
      return null;
    }
    Map<String, Integer> after = new TreeMap<>(counters);
    for (String open : List.of(WAITING, BLOCKED, FAILED, SKIPPED)) {
      Integer jobs = after.remove(open);
      if (jobs != null) {
        after.merge(MIGRATED, jobs, Integer::sum);
      }
    }
    return after;
  }

  /** Number of leaving jobs that wait for a person. */
  static int reviewedElsewhere(List<DrainAction> actions) {
    return (int) actions.stream().filter(one -> one.status().equals(REVIEWED_ELSEWHERE)).count();
  }

  /**
   * @param before state after earlier looks, whose departed jobs count
   */
  static Map<String, Integer> counters(List<DrainAction> actions, DrainState before) {
    Map<String, Integer> counters = new TreeMap<>();
    if (before.counters() != null) {
      counters.putAll(before.counters());
      counters.keySet().retainAll(Set.of(MIGRATED, ENDED));
    }
    if (before.reviewedElsewhere() != null) {
      counters.put(PAUSED, before.reviewedElsewhere());
    }
    int gone = counters.values().stream().mapToInt(Integer::intValue).sum();
    counters.put("checked", actions.size() + gone);
    actions.stream()
        .map(action -> action.status().equals(REVIEWED_ELSEWHERE) ? PAUSED : action.status())
        .forEach(status -> counters.merge(status, 1, Integer::sum));
    return counters;
  }
}
