package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SmallDisk;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one Redis; the disk of the second one fills. */
@Timeout(240)
@Proof.Limits
class FullDiskBesideIT {
  private static final String ONE = "mirror_neuron@one";
  private static final String TWO = "mirror_neuron@two";
  private static final String ON_TWO =
      "\"constraints\":[{\"attribute\":\"meta.rack\",\"value\":\"b\"}],";
  private static final String FULL =
      "(?s).*node mirror_neuron@two: the disk with the home folder is full: \\d+ KiB are free, new"
          + " work needs \\d+ KiB.*";

  @TempDir Path folder;
  private SmallDisk disk;
  private RedisServer redis;
  private WholeServer one;
  private WholeServer two;

  @BeforeEach
  void start() throws IOException {
    disk = SmallDisk.mounted(folder.resolve("disk"), 24);
    redis = RedisFixture.server(folder.resolve("redis"));
    one = server("one", folder.resolve("one"), Map.of());
    two =
        server(
            "two",
            disk.folder().resolve("two"),
            Map.of(
                "temp_dir",
                Files.createDirectory(disk.folder().resolve("tmp")).toString(),
                "node.labels",
                "rack=b",
                "executor.max_concurrency",
                "1",
                "node.drain_on_stop_seconds",
                "120"));
    eventually("they have met", () -> seen(one, TWO) != null && seen(two, ONE) != null);
  }

  @AfterEach
  void stop() {
    if (two != null) {
      two.close();
    }
    if (one != null) {
      one.close();
    }
    if (redis != null) {
      redis.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  private WholeServer server(String name, Path home, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("redis.url", redis.uri());
    settings.put("node.name", "mirror_neuron@" + name);
    settings.put("network.join_token", "join-1");
    settings.putIfAbsent("node.drain_on_stop_seconds", "0");
    return WholeServer.start(home, settings);
  }

  /** As a server tells of a node; null when it does not know it. */
  private static ClusterNode seen(WholeServer at, String node) {
    return at.cluster().overview().nodes().stream()
        .filter(one -> one.name().equals(node))
        .findFirst()
        .orElse(null);
  }

  private static JsonNode resource(WholeServer at, String node) {
    return Json.elements(at.cluster().resource().json().path("nodes"))
        .filter(one -> one.path("name").asText().equals(node))
        .findFirst()
        .orElseThrow();
  }

  private static String submit(WholeServer at, String members, String script) {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"one","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"executor",%s
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":["sh","-c","%s"]}}]}
        """
            .formatted(members, script);
    return at.jobs().submit(Submission.of(manifest)).jobId();
  }

  private static String detail(WholeServer at, String job) {
    return Trees.tree(at.jobs().get(job)).toString();
  }

  private static void completes(WholeServer at, String job, String node) {
    eventually(
        "it is completed",
        () -> detail(at, job),
        reported -> reported.contains("\"status\":\"completed\""));
    assertThat(detail(at, job)).contains("\"node_name\":\"%s\"".formatted(node));
  }

  private static Explanation why(WholeServer at, String job) {
    return at.jobs().why(job).explanations().getFirst();
  }

  private static void waitsForRoom(WholeServer at, String job) {
    eventually("why names the disk", () -> why(at, job).cause().equals("storage_full"));
    assertThat(why(at, job).text()).matches(FULL);
  }

  private void fill() {
    disk.fill();
    eventually("it is seen", () -> !seen(two, TWO).takesWork() && !seen(one, TWO).takesWork());
  }

  private Path gate() {
    return folder.resolve("gate");
  }

  /** A program that begins, says so and waits for the test. */
  private String gated(String name) {
    return "touch '%s/%s'; until [ -e '%s' ]; do sleep 0.1; done".formatted(folder, name, gate());
  }

  @Test
  void programsGoToTheOtherServerUntilThereIsRoom() throws Exception {
    String prefers = "\"policies\":{\"scheduler\":{\"preferred_node\":\"" + TWO + "\"}},";
    completes(one, submit(one, prefers, "true"), TWO);
    fill();

    completes(one, submit(one, prefers, "true"), ONE);
    String bound = submit(one, ON_TWO, "true");
    String behind = submit(one, ON_TWO, "true");
    waitsForRoom(one, bound);
    waitsForRoom(one, behind);
    for (WholeServer at : List.of(one, two)) {
      assertThat(seen(at, TWO).status()).isEqualTo("healthy");
      assertThat(seen(at, ONE).takesWork()).isTrue();
      JsonNode reported = resource(at, TWO);
      assertThat(reported.path("scheduling_eligible").asBoolean()).isFalse();
      assertThat(reported.path("reason").asText())
          .contains("the disk with the home folder is full");
      NodeReport report = at.cluster().upkeep().status(TWO);
      assertThat(report.schedulingEligible()).isFalse();
      assertThat(report.nodeState().reason()).contains("the disk with the home folder is full");
    }

    disk.free();
    completes(one, bound, TWO);
    completes(one, behind, TWO);
    eventually("it takes work again", () -> seen(one, TWO).takesWork());
    assertThat(resource(one, TWO).has("reason")).isFalse();
    assertThat(one.cluster().upkeep().status(TWO).schedulingEligible()).isTrue();
    completes(one, submit(one, prefers, "true"), TWO);
  }

  @Test
  void whatWaitsThereGoesElsewhere() throws Exception {
    String runs = submit(two, "", gated("begun"));
    eventually("it runs", () -> Files.exists(folder.resolve("begun")));
    String own = submit(two, "", "true");
    String remoteTask = submit(one, ON_TWO, "true");
    eventually("both are queued there", () -> why(one, remoteTask).cause().equals("pool"));
    eventually("and this one is", () -> why(two, own).cause().equals("pool"));
    fill();

    completes(two, own, ONE);
    waitsForRoom(one, remoteTask);
    assertThat(why(two, runs).cause()).isEqualTo("running");

    disk.free();
    Files.createFile(gate());
    completes(two, runs, TWO);
    completes(one, remoteTask, TWO);
  }

  @Test
  void itEndsWithoutWaitingForWhatCannotBegin() throws Exception {
    String runs = submit(two, "", gated("begun"));
    eventually("it runs", () -> Files.exists(folder.resolve("begun")));
    String own = submit(two, "\"resources\":{\"ports\":[{\"label\":\"p\"}]},", "true");
    String remoteTask = submit(one, ON_TWO, "true");
    eventually("both are queued there", () -> why(one, remoteTask).cause().equals("pool"));
    fill();
    Files.createFile(gate());
    completes(two, runs, TWO);
    waitsForRoom(one, remoteTask);
    eventually("it stays", () -> why(two, own).cause().equals("storage_full"));

    assertThat(CompletableFuture.runAsync(two::leave)).succeedsWithin(Duration.ofSeconds(60));
    completes(one, own, ONE);
  }
}
