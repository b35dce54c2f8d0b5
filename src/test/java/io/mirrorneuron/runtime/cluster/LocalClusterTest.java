package io.mirrorneuron.runtime.cluster;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.NodeSettings.Marks;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.exec.pool.Pools.Holder;
import io.mirrorneuron.runtime.exec.pool.Pools.PoolUsage;
import io.mirrorneuron.runtime.exec.pool.Pools.ProgramCapacity;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.store.ResourceLimits.Resource;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.InMemoryResourceLimits;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalClusterTest {
  private static final Marks MARKS =
      new Marks(Map.of("zone", "eu", "rack", "a1"), List.of("licensed"));
  private static final NodeIdentity IDENTITY =
      new NodeIdentity(
          "mirror_neuron@box", "Box", "box", "10.0.0.1", 55051, List.of(), MARKS, false);
  private static final Hardware.Software CUDA = Hardware.Software.cuda("550.1", "12.4");
  private static final Hardware.Gpu GPU =
      new Hardware.Gpu("GPU-1", 0, "RTX", CUDA, 24_576, 1_024, 23_552, 0.5);

  private final InMemoryResourceLimits limits = new InMemoryResourceLimits();
  private Hardware hardware = GrpcRuntime.hardware();
  private List<Holder> holders = List.of();
  private String fullDisk;
  private final LocalCluster cluster =
      new LocalCluster(
          IDENTITY,
          () -> hardware,
          new LocalCluster.Programs(
              () ->
                  new ProgramCapacity(
                      List.of("host_local"),
                      List.of(new PoolUsage("default", 4, 3, 1, 2, 3, Set.of()))),
              () -> holders,
              () -> Optional.ofNullable(fullDisk)),
          new OneJob(),
          new NodeLimits(limits, Clock.systemUTC()),
          new LocalCluster.Store("mn", () -> GrpcRuntime.STORE),
          Clock.fixed(Instant.parse("2026-06-02T16:00:04Z"), ZoneOffset.UTC));

  @Test
  void aNodeWithAFullDiskSaysThatItTakesNoWork() {
    fullDisk = "the disk with the home folder is full";
    for (JsonNode reported : List.of(tree(cluster.summary()), tree(cluster.resource()))) {
      JsonNode node = reported.path("nodes").path(0);
      assertThat(node.path("scheduling_eligible").asBoolean()).isFalse();
      assertThat(node.path("reason").asText()).isEqualTo(fullDisk);
    }
  }

  @Test
  void theSummaryTellsWhichRedisTheNodeShares() {
    JsonNode store = tree(cluster.summary()).at("/nodes/0/coordination_store");

    assertThat(store).isEqualTo(tree(GrpcRuntime.STORE));
    assertThat(store.path("identity").asText()).isEqualTo("fake-store");
    assertThat(store.path("healthy").asBoolean()).isTrue();
    assertThat(store.path("writable_primary").asBoolean()).isTrue();
  }

  @Test
  void theSummaryShowsThisNode() {
    JsonNode node = tree(cluster.summary()).path("nodes").path(0);
    assertThat(node.path("name").asText()).isEqualTo("mirror_neuron@box");
    assertThat(node.path("status").asText()).isEqualTo("healthy");
    assertThat(node.path("scheduling_eligible").asBoolean()).isTrue();
    assertThat(node.get("drain").isNull()).isTrue();
    assertThat(node.path("self").asBoolean() && node.path("self?").asBoolean()).isTrue();
    assertThat(node.path("connected_nodes").isArray()).isTrue();
    assertThat(node.path("schedule_times").toString()).isEqualTo("{\"blocked\":3}");
    assertThat(node.path("executor_pools").path("default").toString())
        .isEqualTo("{\"capacity\":4,\"in_use\":3,\"available\":1,\"queued\":2,\"active\":3}");
    JsonNode machine = node.path("hardware");
    assertThat(machine.path("cpu").path("load_ratio").asDouble()).isEqualTo(0.25);
    assertThat(machine.path("memory").path("used_ratio").asDouble()).isEqualTo(0.25);
    assertThat(machine.path("memory").path("total_mb").asLong()).isEqualTo(8192);
    assertThat(machine.path("disk").path("available_mb").asLong()).isEqualTo(40_960);
    assertThat(machine.path("gpu").asText()).isEqualTo("Unknown or None");
    assertThat(machine.path("platform").path("node").asText()).isEqualTo("mirror_neuron@box");
  }

  @Test
  void anUnknownLoadIsNull() {
    hardware =
        new Hardware(
            "windows",
            "windows 11",
            new Hardware.Cpu(2, "amd64", "x", -1),
            hardware.memory(),
            hardware.disk(),
            List.of(GPU));
    JsonNode machine = tree(cluster.summary()).path("nodes").path(0).path("hardware");
    assertThat(machine.path("cpu").get("load_average_1m").isNull()).isTrue();
    assertThat(machine.path("gpu").path(0).path("utilization_ratio").asDouble()).isEqualTo(0.5);
    assertThat(machine.path("gpu").path(0).path("memory_used_ratio").asDouble()).isEqualTo(0.04);
  }

  @Test
  void theMetricsCountAllJobs() {
    JsonNode metrics = tree(cluster.summary()).path("metrics");
    assertThat(metrics.path("jobs").path("total").asInt()).isEqualTo(7);
    assertThat(metrics.path("jobs").path("by_status").path("failed").asInt()).isEqualTo(2);
    assertThat(metrics.path("nodes").path("total").asInt()).isEqualTo(1);
    assertThat(metrics.path("runtime").toString())
        .isEqualTo(
            "{\"generated_at\":\"2026-06-02T16:00:04.000Z\",\"redis_namespace\":\"mn\","
                + "\"source\":\"summary\"}");
    assertThat(tree(cluster.summary()).path("jobs").path(0).path("job_id").asText())
        .isEqualTo("j1");
  }

  @Test
  void aSummaryThatLeavesJobsOutSaysSo() {
    assertThat(tree(cluster.summary()).path("jobs_truncated").asBoolean()).isTrue();
  }

  @Test
  void theOverviewIsTheSummaryWithoutJobs() {
    ObjectNode summary = tree(cluster.summary());
    summary.remove(List.of("jobs", "jobs_truncated"));

    assertThat(tree(cluster.overview())).isEqualTo(summary);
    assertThat(cluster.overview().jobCounts()).isEqualTo(Map.of("running", 5L, "failed", 2L));
  }

  @Test
  void withoutLimitsEverythingIsUsable() {
    ObjectNode report = tree(cluster.resource());
    assertThat(report.path("mode").asText()).isEqualTo("single_node");
    assertThat(report.path("limits").toString())
        .isEqualTo("{\"cpu\":100,\"gpu\":100,\"memory\":100,\"disk\":100}");
    assertThat(report.path("combined")).isEqualTo(report.path("totals"));
    assertThat(report.path("usable")).isEqualTo(report.path("totals"));
    assertThat(report.path("totals").path("memory_available_gb").asDouble()).isEqualTo(6.0);
    JsonNode node = report.path("nodes").path(0);
    assertThat(node.path("devices")).isEmpty();
    assertThat(node.path("drivers")).isEmpty();
    assertThat(node.path("runtime_drivers").toString()).isEqualTo("[\"host_local\"]");
    assertThat(node.get("drain").isNull()).isTrue();
    assertThat(node.path("meta").toString()).isEqualTo("{\"rack\":\"a1\",\"zone\":\"eu\"}");
    assertThat(node.path("capabilities").toString()).isEqualTo("[\"licensed\"]");
    assertThat(node.path("problems")).isEmpty();
  }

  @Test
  void whatKeepsCardsFromBeingKnownIsTold() {
    Hardware some = hardware;
    hardware =
        new Hardware(
            some.family(),
            some.os(),
            some.cpu(),
            some.memory(),
            some.disk(),
            List.of(),
            List.of("nvidia-smi reports no cards: it ended with 9", "x".repeat(300)));
    JsonNode problems = tree(cluster.resource()).path("nodes").path(0).path("problems");
    assertThat(problems.path(0).asText()).isEqualTo("nvidia-smi reports no cards: it ended with 9");
    assertThat(problems.path(1).asText()).hasSize(201);
  }

  @Test
  void theDoorOfTheRuntimeIsTold() {
    assertThat(tree(cluster.resource()).path("native_ports").toString())
        .isEqualTo(
            """
            [{"name":"core_grpc","label":"gRPC of the runtime","host":"10.0.0.1",\
            "port":"55051","target":"10.0.0.1:55051"}]""");
  }

  @Test
  void whatProgramsHaveAndWhatIsLeftIsTold() {
    Allocation first =
        new Allocation(
            "n",
            new Amounts(1500, 1024, 0),
            List.of(new Allocation.Device("GPU-1", 0, "gpu", "nvidia", "cuda")),
            List.of(),
            List.of(),
            "host_local");
    Allocation second =
        new Allocation("n", new Amounts(500, 0, 10), List.of(), List.of(), List.of(), "x");
    holders =
        List.of(
            new Holder("job-2", "b", "default", 1, second),
            new Holder("job-1", "a", "default", 2, first),
            new Holder("job-3", "c", "default", 1, null));
    JsonNode node = tree(cluster.setResource(Json.object().put("cpu", 50))).at("/nodes/0");
    assertThat(node.at("/executor_pools/default/available").asInt()).isEqualTo(1);
    assertThat(node.get("taken").toString())
        .isEqualTo(
            "{\"cpu_cores\":2.0,\"memory_mb\":1024,\"disk_mb\":10,\"programs\":2,"
                + "\"devices\":[\"GPU-1\"],\"ports\":[],\"holders\":["
                + "{\"job_id\":\"job-1\",\"agent_id\":\"a\",\"pool\":\"default\",\"slots\":2,"
                + "\"cpu_cores\":1.5,\"memory_mb\":1024,\"disk_mb\":0,\"devices\":[\"GPU-1\"],"
                + "\"ports\":[]},"
                + "{\"job_id\":\"job-2\",\"agent_id\":\"b\",\"pool\":\"default\",\"slots\":1,"
                + "\"cpu_cores\":0.5,\"memory_mb\":0,\"disk_mb\":10,\"devices\":[],\"ports\":[]},"
                + "{\"job_id\":\"job-3\",\"agent_id\":\"c\",\"pool\":\"default\",\"slots\":1,"
                + "\"cpu_cores\":0.0,\"memory_mb\":0,\"disk_mb\":0,\"devices\":[],\"ports\":[]}],"
                + "\"holders_omitted\":0}");
    double half = hardware.cpu().logicalProcessors() / 2.0;
    assertThat(node.at("/free/cpu_cores").asDouble()).isEqualTo(Math.max(0, half - 2));
    assertThat(node.at("/free/memory_mb").asLong())
        .isEqualTo(hardware.memory().totalBytes() / 1024 / 1024 - 1024);
  }

  @Test
  void limitsTakeTheirShare() {
    hardware =
        new Hardware(
            "unix",
            "linux",
            new Hardware.Cpu(6, "amd64", "x", 0),
            hardware.memory(),
            hardware.disk(),
            List.of(GPU, GPU, GPU));
    ObjectNode report =
        tree(
            cluster.setResource(
                Json.object().put(" CPU ", 75).put("gpu", "50").put("memory", 25).put("disk", 75)));
    JsonNode usable = report.path("usable");
    assertThat(usable.path("cpu_cores").asInt()).isEqualTo(4);
    assertThat(usable.path("cpu_millis").asInt()).isEqualTo(4500);
    assertThat(usable.path("gpu_count").asInt()).isEqualTo(1);
    assertThat(usable.path("gpu_memory_total_mb").asInt()).isEqualTo(36_864);
    assertThat(usable.path("memory_gb").asDouble()).isEqualTo(2.0);
    assertThat(usable.path("disk_available_gb").asDouble()).isEqualTo(30.0);
    assertThat(report.path("totals").path("cpu_cores").asInt()).isEqualTo(6);
    JsonNode device = report.path("nodes").path(0).path("devices").path(2);
    assertThat(device.path("kind").asText()).isEqualTo("gpu");
    assertThat(device.path("driver").asText()).isEqualTo("cuda");
    assertThat(device.path("memory_free_mb").asInt()).isEqualTo(23_552);
  }

  @Test
  void aDeviceTellsItsVendorAndLeavesWhatIsUnknownNull() {
    Hardware.Gpu apple =
        new Hardware.Gpu(
            "apple-0",
            0,
            "Apple M2",
            new Hardware.Software("apple", "metal", null, "metal", null, List.of("metal")),
            -1,
            -1,
            -1,
            -1);
    hardware =
        new Hardware(
            "unix",
            "darwin",
            hardware.cpu(),
            hardware.memory(),
            hardware.disk(),
            List.of(GPU, apple));
    JsonNode node = tree(cluster.resource()).path("nodes").path(0);
    assertThat(node.path("drivers").toString()).isEqualTo("[\"cuda\",\"metal\"]");
    assertThat(node.path("devices").path(0).path("api_version").asText()).isEqualTo("12.4");
    assertThat(node.path("devices").path(1).toString())
        .isEqualTo(
            """
            {"id":"apple-0","index":0,"name":"Apple M2","model":"Apple M2","kind":"gpu",\
            "type":"gpu","vendor":"apple","driver":"metal","api":"metal","api_version":null,\
            "driver_version":null,"gpu_type":"Apple M2","memory_total_mb":null,\
            "memory_free_mb":null,"memory_used_mb":null,"utilization_ratio":null,\
            "memory_used_ratio":null,"capabilities":["metal"]}""");
    assertThat(node.path("gpu_memory_total_mb").asLong()).isEqualTo(24_576);
  }

  @Test
  void limitsAreMergedIntoThoseBefore() {
    cluster.setResource(Json.object().put("cpu", 50));
    cluster.setResource(Json.object().put("disk", 75));
    assertThat(limits.load()).isEqualTo(Map.of(Resource.CPU, 50, Resource.DISK, 75));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|at least one of cpu, gpu, memory, or disk is required",
        "{\"ram\":50}|resource type must be one of cpu, gpu, memory, or disk",
        "{\"cpu\":30}|cpu must be one of 25, 50, 75, 100",
        "{\"gpu\":\"fifty\"}|gpu must be one of 25, 50, 75, 100",
        "{\"memory\":50.5}|memory must be one of 25, 50, 75, 100",
        "{\"disk\":null}|disk must be one of 25, 50, 75, 100",
        "{\"disk\":true}|disk must be one of 25, 50, 75, 100"
      })
  void wrongLimitsChangeNothing(String change, String message) {
    ObjectNode parsed = Json.parseObject(change, "limits");
    assertThatThrownBy(() -> cluster.setResource(parsed))
        .hasMessage(message)
        .extracting(thrown -> ((MnException) thrown).code())
        .isEqualTo(ErrorCode.INVALID);
    assertThat(limits.load()).isEmpty();
  }

  private static final class OneJob implements JobCensus {
    @Override
    public ArrayNode latest(int limit) {
      ArrayNode rows = Json.MAPPER.createArrayNode();
      rows.addObject().put("job_id", "j1").put("status", "running");
      return rows;
    }

    @Override
    public Map<String, Long> countByStatus() {
      return Map.of("running", 5L, "failed", 2L);
    }

    @Override
    public Map<String, Long> timesOfSchedules() {
      return Map.of("blocked", 3L);
    }
  }
}
