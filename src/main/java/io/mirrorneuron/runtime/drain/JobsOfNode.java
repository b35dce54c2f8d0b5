package io.mirrorneuron.runtime.drain;

import static io.mirrorneuron.runtime.manifest.graph.ServiceDoubling.NOTHING;

import io.mirrorneuron.runtime.manifest.graph.ServiceDoubling;
import io.mirrorneuron.runtime.state.StoredExecutions;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the jobs of a node, and their programs there, from the store.
 *
 * @param doubling by the stored manifest of a job
 */
public record JobsOfNode(JobStore store, Function<String, ServiceDoubling> doubling) {
  private record Row(String jobType, String status, String recoveryStatus) {}

  private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");

  private record Owned(String jobId, String owner) {}

  /** All open jobs with their owners. Reads each job. */
  CompletionStage<Map<String, String>> owners() {
    return store
        .activeJobs()
        .thenCompose(ids -> all(ids.stream().map(this::owned).toList()))
        .thenApply(found -> found.stream().collect(Collectors.toMap(Owned::jobId, Owned::owner)));
  }

  private CompletionStage<Owned> owned(String jobId) {
    return store
        .owner(jobId)
        .exceptionally(damaged -> null)
        .thenApply(owner -> owner == null ? null : new Owned(jobId, owner));
  }

  /** Ids of the open jobs of an owner. Reads each open job of all owners. */
  CompletionStage<List<String>> ids(String owner) {
    return owners()
        .thenApply(
            all ->
                all.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(owner))
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList());
  }

  /**
   * Reads these jobs; ended ones are left out.
   *
   * @param owner of all of them
   */
  CompletionStage<List<JobOnNode>> of(String owner, List<String> ids) {
    String node = NodeRegistry.nameOf(owner);
    return all(ids.stream().map(id -> read(id, node)).toList());
  }

  /**
   * The same for jobs of any node.
   *
   * @param agents by job, those with programs on the node in question
   */
  CompletionStage<List<JobOnNode>> running(Map<String, List<String>> agents) {
    return all(
        agents.entrySet().stream()
            .map(one -> read(one.getKey(), CompletableFuture.completedStage(one.getValue())))
            .toList());
  }

  /** Open jobs of other nodes with programs on this node. Reads each open job. */
  CompletionStage<List<JobOnNode>> remoteTasks(String node) {
    Map<String, List<String>> agents = new ConcurrentHashMap<>();
    return owners()
        .thenCompose(
            owners ->
                all(
                    owners.entrySet().stream()
                        .filter(one -> !NodeRegistry.nameOf(one.getValue()).equals(node))
                        .map(
                            one ->
                                agentsAt(node, one.getKey(), NodeRegistry.nameOf(one.getValue()))
                                    .exceptionally(damaged -> List.of())
                                    .thenApply(
                                        found ->
                                            found.isEmpty()
                                                ? null
                                                : agents.put(one.getKey(), found)))
                        .toList()))
        .thenCompose(done -> running(new TreeMap<>(agents)));
  }

  /** Agents with programs on a node. */
  private CompletionStage<List<String>> agentsAt(String node, String jobId, String home) {
    return store
        .outline(jobId)
        .thenApply(
            stored ->
                stored
                    .map(job -> List.copyOf(StoredExecutions.agentsAt(node, job, home)))
                    .orElse(List.of()));
  }

  private CompletionStage<JobOnNode> read(String jobId, String node) {
    return store
        .outline(jobId)
        .thenCompose(stored -> read(jobId, stored.orElse(null), node))
        .exceptionally(damaged -> new JobOnNode(jobId, null, null, false, List.of(), NOTHING));
  }

  private CompletionStage<JobOnNode> read(String jobId, StoredJob stored, String node) {
    return stored == null
        ? CompletableFuture.completedStage(null)
        : store
            .row(jobId)
            .thenApply(
                json ->
                    job(
                        jobId,
                        json,
                        List.copyOf(StoredExecutions.agentsAt(node, stored, node)),
                        stored.manifest()));
  }

  /** Null when it has ended. */
  private CompletionStage<JobOnNode> read(String jobId, CompletionStage<List<String>> agents) {
    return store
        .row(jobId)
        .thenCombine(agents, (json, running) -> job(jobId, json, running, null))
        .exceptionally(damaged -> new JobOnNode(jobId, null, null, false, List.of(), NOTHING));
  }

  /**
   * @param manifest null where its services do not matter
   */
  private JobOnNode job(String jobId, String json, List<String> agents, String manifest) {
    if (json == null) {
      return null;
    }
    Row row = LenientJson.read(Json.parseObject(json, "row"), Row.class);
    boolean isReviewed = "paused_for_review".equals(row.recoveryStatus);
    if (row.status != null && ENDED.contains(row.status)) {
      return null;
    }
    JobOnNode job = new JobOnNode(jobId, row.jobType, row.status, isReviewed, agents, NOTHING);
    return manifest == null || job.isBatch() ? job : job.with(doubling.apply(manifest));
  }

  private static <T> CompletionStage<List<T>> all(List<? extends CompletionStage<T>> stages) {
    CompletableFuture<?>[] each =
        stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(each)
        .thenApply(
            done -> {
              List<T> found = new ArrayList<>();
              stages.forEach(stage -> found.add(stage.toCompletableFuture().join()));
              found.removeIf(Objects::isNull);
              return found;
            });
  }
}
