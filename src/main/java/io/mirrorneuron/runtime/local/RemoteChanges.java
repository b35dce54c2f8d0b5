package io.mirrorneuron.runtime.local;

import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.NodeRegistry;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Notifies watchers of jobs of other nodes: reads the last event number of each watched job twice a
 * second. So it does not matter which node owns the job, or whether it is reachable. A node that
 * has seen no other node reads only the events of the cluster, if they are watched.
 */
public final class RemoteChanges {
  private static final long LOOK_MS = 500;

  private final Engine engine;
  private final JobHistory history;
  private final NodeRegistry nodes;
  private final Watches watches;
  private final Timers timers;

  /** The number of the last event seen, by job. */
  private final Map<String, Long> seen = new ConcurrentHashMap<>();

  public RemoteChanges(JobAccess access, NodeRegistry nodes, Watches watches, Timers timers) {
    this.engine = access.engine();
    this.history = access.history();
    this.nodes = nodes;
    this.watches = watches;
    this.timers = timers;
  }

  /** Repeats until the timers end. */
  public void keepOn() {
    timers.at(timers.now() + LOOK_MS, this::look);
  }

  private void look() {
    Set<String> jobs = new HashSet<>(watches.watched());
    if (!nodes.sawOthers()) {
      jobs.retainAll(Set.of(ClusterHistory.ID));
    }
    seen.keySet().retainAll(jobs);
    CompletableFuture.allOf(
            jobs.stream()
                .filter(job -> !engine.isOpen(job))
                .map(job -> look(job).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new))
        .whenComplete((done, away) -> keepOn());
  }

  /** The first look counts as a change, as there may have been one since the watch began. */
  private CompletionStage<Void> look(String jobId) {
    return history
        .newest(jobId)
        .thenAccept(
            seq -> {
              Long before = seen.put(jobId, seq);
              if (before == null || !before.equals(seq)) {
                watches.changed(jobId);
              }
            });
  }
}
