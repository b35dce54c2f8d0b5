package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;
import io.mirrorneuron.port.ClusterView;
import io.mirrorneuron.runtime.exec.pool.Pools.Holder;
import io.mirrorneuron.runtime.exec.pool.Pools.ProgramCapacity;
import io.mirrorneuron.store.ResourceLimits.Resource;
import io.mirrorneuron.wire.ClusterForm;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.NodeRecord;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The cluster as seen by a node that is alone in it. */
public final class LocalCluster implements ClusterView {
  /** Limit of rows in the summary, newest first; counts cover all jobs. */
  private static final int SUMMARY_ROWS = 1000;

  private static final Set<Integer> ALLOWED_PERCENT = Set.of(25, 50, 75, 100);

  private final NodeIdentity identity;
  private final Supplier<Hardware> hardware;
  private final Programs programs;
  private final JobCensus jobs;
  private final NodeLimits limits;
  private final Store store;
  private final Clock clock;

  /**
   * The programs of this node.
   *
   * @param capacity runners, slots and their use
   * @param holders owners of running programs, with their allocations
   * @param fullDisk the full disk, if any, because of which no program starts
   */
  public record Programs(
      Supplier<ProgramCapacity> capacity,
      Supplier<List<Holder>> holders,
      Supplier<Optional<String>> fullDisk) {}

  /**
   * @param namespace of its keys
   * @param state cheap to get
   */
  public record Store(String namespace, Supplier<CoordinationStore> state) {}

  public LocalCluster(
      NodeIdentity identity,
      Supplier<Hardware> hardware,
      Programs programs,
      JobCensus jobs,
      NodeLimits limits,
      Store store,
      Clock clock) {
    this.identity = identity;
    this.hardware = hardware;
    this.programs = programs;
    this.jobs = jobs;
    this.limits = limits;
    this.store = store;
    this.clock = clock;
  }

  @Override
  public ClusterSummary summary() {
    ObjectNode summary = nodes();
    ArrayNode rows = jobs.latest(SUMMARY_ROWS);
    summary.set("jobs", rows);
    Map<String, Long> counts = jobs.countByStatus();
    summary.set("metrics", metrics(counts));
    if (total(counts) > rows.size()) {
      summary.put("jobs_truncated", true);
    }
    return ClusterForm.read(summary);
  }

  @Override
  public ClusterSummary overview() {
    ObjectNode overview = nodes();
    overview.set("metrics", metrics(jobs.countByStatus()));
    return ClusterForm.read(overview);
  }

  private ObjectNode nodes() {
    ObjectNode nodes = Json.object();
    nodes.putArray("nodes").add(node());
    return nodes;
  }

  private ObjectNode node() {
    ObjectNode node =
        NodeDocument.summary(identity, hardware.get(), programs.capacity().get().pools());
    node.set("coordination_store", Json.MAPPER.valueToTree(store.state().get()));
    node.set("schedule_times", Json.MAPPER.valueToTree(jobs.timesOfSchedules()));
    return reported(node);
  }

  private ObjectNode reported(ObjectNode node) {
    programs
        .fullDisk()
        .get()
        .ifPresent(full -> node.put("scheduling_eligible", false).put("reason", full));
    return node;
  }

  /** The description of this node for other nodes; does not block. */
  public String record() {
    return new NodeRecord(node(), resource(limits.known())).text();
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private ObjectNode metrics(Map<String, Long> counts) {
    ObjectNode metrics = Json.object();
    ObjectNode byStatus =
        metrics.putObject("jobs").put("total", total(counts)).putObject("by_status");
    counts.forEach(byStatus::put);
    metrics.putObject("nodes").put("total", 1);
    metrics
        .putObject("runtime")
        .put("generated_at", Json.timestamp(clock.instant()))
        .put("redis_namespace", store.namespace())
        .put("source", "summary");
    return metrics;
  }

  @Override
  public CapacityReport resource() {
    return new CapacityReport(resource(limits.load()));
  }

  private ObjectNode resource(Map<Resource, Integer> percents) {
    ObjectNode report =
        ResourceReport.of(
            identity,
            hardware.get(),
            programs.capacity().get(),
            programs.holders().get(),
            percents);
    report.withArray("nodes").forEach(node -> reported((ObjectNode) node));
    return report;
  }

  @Override
  public CapacityReport setResource(ObjectNode change) {
    Map<Resource, Integer> changes = new EnumMap<>(Resource.class);
    for (var entry : change.properties()) {
      Resource resource = resource(entry.getKey());
      changes.put(resource, percent(resource, entry.getValue()));
    }
    if (changes.isEmpty()) {
      throw MnException.invalid("at least one of cpu, gpu, memory, or disk is required");
    }
    limits.merge(changes);
    return resource();
  }

  private static Resource resource(String key) {
    String word = key.strip().toUpperCase(Locale.ROOT);
    for (Resource resource : Resource.values()) {
      if (resource.name().equals(word)) {
        return resource;
      }
    }
    throw MnException.invalid("resource type must be one of cpu, gpu, memory, or disk");
  }

  /** An integer, or the same in a string. */
  private static int percent(Resource resource, JsonNode value) {
    String text = value.isTextual() || value.isIntegralNumber() ? value.asText().strip() : "";
    for (int allowed : ALLOWED_PERCENT) {
      if (text.equals(Integer.toString(allowed))) {
        return allowed;
      }
    }
    throw MnException.invalid(
        resource.name().toLowerCase(Locale.ROOT) + " must be one of 25, 50, 75, 100");
  }
}
