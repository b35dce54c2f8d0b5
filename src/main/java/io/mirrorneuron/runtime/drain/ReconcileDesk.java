package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.upkeep.NodeState;
import io.mirrorneuron.port.upkeep.Reconciliation;
import io.mirrorneuron.port.upkeep.Reconciliation.ReconciledJob;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Takes over the jobs of a dead node when somebody asks for it. Its jobs are taken over anyway;
 * whoever asks is told which, and does not have to wait for the next heartbeat.
 *
 * @param recover takes over the jobs of all nodes that are dead
 */
record ReconcileDesk(JobsOfNode jobs, Supplier<CompletionStage<?>> recover) {

  Reconciliation reconcile(NodeState node, KnownNodes known, String reason, boolean dryRun) {
    String name = node.node();
    boolean lives = known.owner(name).isPresent();
    Map<String, String> before = owned(name);
    if (lives) {
      String why = "its node lives and works on it; a drain moves it";
      return answer(node, reason, dryRun, all(before, ReconciledJob.SKIPPED, why, null));
    }
    if (dryRun) {
      String why = "its node is dead; another one takes it over";
      return answer(node, reason, true, all(before, ReconciledJob.RECOVERED, why, name));
    }
    Answers.await(recover.get());
    Set<String> left = owned(name).keySet();
    List<ReconciledJob> done =
        before.keySet().stream().map(job -> taken(job, left.contains(job), name)).toList();
    return answer(node, reason, false, done);
  }

  /** Open jobs of the node, with their owners. */
  private Map<String, String> owned(String node) {
    Map<String, String> found = new TreeMap<>();
    Answers.await(jobs.owners())
        .forEach(
            (job, owner) -> {
              if (NodeRegistry.nameOf(owner).equals(node)) {
                found.put(job, owner);
              }
            });
    return found;
  }

  private static List<ReconciledJob> all(
      Map<String, String> jobs, String action, String why, String failed) {
    return jobs.keySet().stream()
        .map(job -> new ReconciledJob(job, action, why, "job", failed))
        .toList();
  }

  private static ReconciledJob taken(String job, boolean isLeft, String node) {
    return isLeft
        ? new ReconciledJob(
            job, ReconciledJob.FAILED, "it could not be taken over; see the log", "job", node)
        : new ReconciledJob(
            job,
            ReconciledJob.RECOVERED,
            "its node is dead; another one took it over",
            "job",
            node);
  }

  private static Reconciliation answer(
      NodeState node, String reason, boolean dryRun, List<ReconciledJob> jobs) {
    return new Reconciliation(
        node.node(),
        dryRun ? "dry_run" : "reconciled",
        reason,
        node.schedulingEligible(),
        jobs.size(),
        count(jobs, ReconciledJob.RECOVERED),
        0,
        0,
        count(jobs, ReconciledJob.SKIPPED),
        count(jobs, ReconciledJob.FAILED),
        jobs);
  }

  private static int count(List<ReconciledJob> jobs, String action) {
    return (int) jobs.stream().filter(job -> job.action().equals(action)).count();
  }
}
