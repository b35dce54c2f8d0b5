package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.wire.ClusterForm;
import io.mirrorneuron.wire.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** One small healthy node in memory. Thread-safe. */
public final class FakeCluster implements ClusterPort {
  public static final String NODE = "mirror_neuron@fake";
  private final NodeMaintenance upkeep = UpkeepFixture.of(NODE, GatewayFixture.NOW);

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final ObjectNode limits =
      Json.object().put("cpu", 100).put("gpu", 100).put("memory", 100).put("disk", 100);
  private volatile Consumer<String> interceptor = call -> {};

  /** Runs before every call with its text, for example {@code summary}; may throw or block. */
  public void intercept(Consumer<String> before) {
    interceptor = before;
  }

  /** Every further call fails with this. */
  public void failWith(MnException failure) {
    intercept(
        call -> {
          throw failure;
        });
  }

  public List<String> calls() {
    return calls;
  }

  @Override
  public ClusterSummary summary() {
    called("summary");
    ObjectNode summary = nodesAndMetrics();
    summary.putArray("jobs");
    return ClusterForm.read(summary);
  }

  @Override
  public ClusterSummary overview() {
    called("overview");
    return ClusterForm.read(nodesAndMetrics());
  }

  private static ObjectNode nodesAndMetrics() {
    ObjectNode summary = Json.object();
    ObjectNode node = summary.putArray("nodes").addObject();
    node.put("name", NODE).put("display_name", "fake").put("hostname", "fake");
    node.put("status", "healthy").put("scheduling_eligible", true).putNull("drain");
    node.put("self", true).put("self?", true).put("scheduler_hint", "cluster_member");
    node.putArray("connected_nodes");
    node.putObject("executor_pools")
        .putObject("default")
        .put("capacity", 4)
        .put("in_use", 0)
        .put("available", 4)
        .put("queued", 0)
        .put("active", 0);
    ObjectNode metrics = summary.putObject("metrics");
    metrics.putObject("jobs").put("total", 0).putObject("by_status");
    metrics.putObject("nodes").put("total", 1);
    metrics.putObject("runtime").put("source", "summary");
    return summary;
  }

  @Override
  public NodeMembers members() {
    return UpkeepFixture.members(NODE, GatewayFixture.NOW);
  }

  @Override
  public NodeMaintenance upkeep() {
    return upkeep;
  }

  @Override
  public CapacityReport resource() {
    called("resource");
    return new CapacityReport(report());
  }

  @Override
  public CapacityReport setResource(ObjectNode change) {
    called("setResource " + change);
    Map<String, Integer> changes = new HashMap<>();
    for (var entry : change.properties()) {
      changes.put(resource(entry.getKey()), percent(entry.getKey(), entry.getValue()));
    }
    if (changes.isEmpty()) {
      throw MnException.invalid("at least one of cpu, gpu, memory, or disk is required");
    }
    synchronized (limits) {
      changes.forEach(limits::put);
    }
    return new CapacityReport(report());
  }

  private String resource(String key) {
    if (!limits.has(key)) {
      throw MnException.invalid("resource type must be one of cpu, gpu, memory, or disk");
    }
    return key;
  }

  private static int percent(String resource, JsonNode value) {
    boolean isNumber = value.isTextual() || value.isIntegralNumber();
    if (!isNumber || !List.of("25", "50", "75", "100").contains(value.asText())) {
      throw MnException.invalid(resource + " must be one of 25, 50, 75, 100");
    }
    return value.asInt();
  }

  private ObjectNode report() {
    ObjectNode report = Json.object().put("mode", "single_node").put("node_count", 1);
    synchronized (limits) {
      report.set("limits", limits.deepCopy());
    }
    for (String totals : List.of("combined", "totals", "usable")) {
      report.putObject(totals).put("cpu_cores", 2).put("gpu_count", 0).put("memory_gb", 8.0);
    }
    ObjectNode node = report.putArray("nodes").addObject();
    node.put("name", NODE).put("status", "healthy").put("self", true);
    node.put("scheduling_eligible", true).putNull("drain").put("cpu_cores", 2);
    node.putArray("devices");
    return report;
  }

  private void called(String call) {
    calls.add(call);
    interceptor.accept(call);
  }
}
