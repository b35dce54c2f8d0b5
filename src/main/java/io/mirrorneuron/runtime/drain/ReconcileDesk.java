package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.Reconciliation;
import io.mirrorneuron.port.node.Reconciliation.ReconciledJob;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.NodeRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Takes over the jobs of a dead node when somebody asks for it. Its jobs are taken over anyway;
 * whoever asks is told which, and does not have to wait for the next heartbeat. A name may be that
 * of a server that lives and of one that is dead: jobs of the latter are taken over.
 *
 * @param recover takes over the jobs of all nodes that are dead
 */
record ReconcileDesk(JobsOfNode jobs, NodeRegistry nodes, Supplier<CompletionStage<?>> recover) {

  /**
   * @param node as it is told to who asks
   */
  Reconciliation reconcile(NodeState node, KnownNodes known, String reason, boolean dryRun) {
    String name = node.node();
    List<ReconciledJob> done = new ArrayList<>();
    owned(name, known, true)
        .forEach(
            job ->
                done.add(
                    new ReconciledJob(
                        job,
                        ReconciledJob.SKIPPED,
                        "its node is taken for alive and works on it; a drain moves it",
                        "job",
                        null)));
    Set<String> before = owned(name, known, false);
    if (dryRun) {
      String why = "its node is dead; another one takes it over";
      before.forEach(job -> done.add(recovered(job, why, name)));
    } else if (!before.isEmpty() || known.owner(name).isEmpty()) {
      Answers.await(recover.get());
      Set<String> left = owned(name, known, false);
      before.forEach(job -> done.add(taken(job, left.contains(job), name)));
    }
    return answer(node, reason, dryRun, done, alive(node, known));
  }

  /**
   * Ids of open jobs of the node.
   *
   * @param living whether those of the owner that lives, or of others that had its name
   */
  private Set<String> owned(String node, KnownNodes known, boolean living) {
    Set<String> found = new TreeSet<>();
    Answers.await(jobs.owners())
        .forEach(
            (job, owner) -> {
              if (NodeRegistry.nameOf(owner).equals(node)
                  && known.living().contains(owner) == living) {
                found.add(job);
              }
            });
    return found;
  }

  /** A node that was killed is taken for alive for a while. */
  private String alive(NodeState node, KnownNodes known) {
    if (Boolean.TRUE.equals(node.self())) {
      return null;
    }
    return known
        .owner(node.node())
        .map(owner -> Answers.await(nodes.silence(owner)))
        .filter(OptionalLong::isPresent)
        .map(
            silence ->
                "%s was last heard of %d s ago; it is taken for dead after %s without a heartbeat: if it is gone, say this again then"
                    .formatted(node.node(), silence.getAsLong() / 1000, nodes.lifetime().words()))
        .orElse(null);
  }

  private static ReconciledJob recovered(String job, String why, String node) {
    return new ReconciledJob(job, ReconciledJob.RECOVERED, why, "job", node);
  }

  private static ReconciledJob taken(String job, boolean isLeft, String node) {
    return isLeft
        ? new ReconciledJob(
            job, ReconciledJob.FAILED, "it could not be taken over; see the log", "job", node)
        : recovered(job, "its node is dead; another one took it over", node);
  }

  private static Reconciliation answer(
      NodeState node, String reason, boolean dryRun, List<ReconciledJob> jobs, String message) {
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
        jobs,
        message);
  }

  private static int count(List<ReconciledJob> jobs, String action) {
    return (int) jobs.stream().filter(job -> job.action().equals(action)).count();
  }
}
