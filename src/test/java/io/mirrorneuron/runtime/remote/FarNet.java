package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.RemoteExecutionIndex;
import io.mirrorneuron.testing.InMemoryElsewhereIndex;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Several nodes of one history that run programs for each other, and the wires between them. */
public final class FarNet {
  final Random random;
  final RemoteExecutionIndex index;
  final JobStore disk;
  private final Map<String, FarNode> nodes = new HashMap<>();
  private final Map<String, FarStory> stories = new HashMap<>();
  private final Map<String, Long> downUntil = new HashMap<>();

  /** Programs that were begun elsewhere. */
  public int begun;

  /** Owners that went on with what another one had begun. */
  public int adopted;

  /** Streams that broke with something on its way. */
  public int broken;

  /** Orders of owners that had been replaced, which reached a program. */
  public int fenced;

  /** Openings that came after their owner had given up waiting. */
  public int late;

  /** Executions that their owners gave up. */
  public int lost;

  public FarNet(long seed, JobStore disk) {
    this.random = new Random(seed);
    this.disk = disk;
    this.index = new InMemoryElsewhereIndex(this::epoch);
  }

  private long epoch(String jobId) {
    return disk.load(jobId).toCompletableFuture().join().map(JobStore.StoredJob::epoch).orElse(0L);
  }

  void add(FarNode node) {
    nodes.put(node.owner(), node);
  }

  FarNode node(String owner) {
    return nodes.get(owner);
  }

  Iterable<String> owners() {
    return nodes.keySet().stream().sorted().toList();
  }

  FarStory story(String executionId) {
    return stories.computeIfAbsent(executionId, FarStory::new);
  }

  /** Nothing that one of them sends reaches the other one until then. */
  public void down(String one, String other, long until) {
    downUntil.merge(wire(one, other), until, Math::max);
  }

  long downUntil(String one, String other) {
    return one.equals(other) ? 0 : downUntil.getOrDefault(wire(one, other), 0L);
  }

  private static String wire(String one, String other) {
    return one.compareTo(other) < 0 ? one + other : other + one;
  }
}
