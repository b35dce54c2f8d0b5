package io.mirrorneuron.runtime.drain;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node on which programs cannot begin, beside one that is well. */
@Whole
class QuarantineIT {
  private static final String TWO = "mirror_neuron@two";

  @TempDir Path folder;
  private RuntimeFixture one;
  private RuntimeFixture two;
  private GrpcRuntime endpoint;
  private GrpcRuntime endpointOfTwo;
  private Clients clients;
  private NodeMaintenance upkeep;

  @BeforeEach
  void start() {
    one = new RuntimeFixture(folder.resolve("one"));
    endpoint = GrpcRuntime.before(one);
    clients = endpoint.connect();
    upkeep = clients.cluster().upkeep();
    two =
        RuntimeFixture.beside(
            one, folder.resolve("two"), Map.of("MN_NODE_NAME", TWO, "MN_NODE_LABELS", "rack=b"));
    endpointOfTwo = GrpcRuntime.before(two);
    eventually(
        "they know each other",
        () -> one.runtime().hasNeighbours() && two.runtime().hasNeighbours());
  }

  @AfterEach
  void stop() {
    clients.close();
    endpointOfTwo.close();
    two.close();
    endpoint.close();
    one.close();
  }

  private static String manifest(String constraints) {
    return """
        {"manifest_version":"1.0","graph_id":"one","entrypoints":["work"],
         "policies":{"restart":{"attempts":0},"reschedule":{"attempts":0}},
         "nodes":[{"node_id":"work","agent_type":"executor",%s
           "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","command":"pwd"}}]}
        """
        .formatted(constraints);
  }

  private static final String ONCE = "\"restart\":{\"attempts\":0},\"reschedule\":{\"attempts\":0}";

  private static final String RACK =
      "\"constraints\":[{\"attribute\":\"meta.rack\",\"value\":\"b\"}],";

  private ObjectNode end(RuntimeFixture at, String constraints) {
    return at.awaitEnd(at.jobs().submit(Submission.of(manifest(constraints))).jobId());
  }

  private List<String> events(String type) {
    return clients.jobs().events("__cluster__", 0, 1000).events().stream()
        .filter(event -> Json.parseObject(event, "event").path("type").asText().equals(type))
        .toList();
  }

  private Path workspaces() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("two/tmp"))) {
      return all.filter(one -> one.getFileName().toString().startsWith("mn-two-test"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** No program can begin at the second server any more. */
  private void sicken() throws IOException {
    assertThat(end(one, RACK).at("/job/status").asText()).isEqualTo("completed");
    Path spaces = workspaces();
    Files.move(spaces, spaces.resolveSibling("aside"));
    Files.createFile(spaces);
  }

  @Test
  void whatCannotBeginThereIsTriedAgainAndThenElsewhere() throws IOException {
    sicken();
    String policies =
        "\"restart\":{\"attempts\":1,\"delay_ms\":20},"
            + "\"reschedule\":{\"attempts\":1,\"delay_ms\":20}";
    String manifest = manifest("").replace(ONCE, policies);

    ObjectNode ended = two.awaitEnd(two.jobs().submit(Submission.of(manifest)).jobId());

    assertThat(ended.at("/job/status").asText()).as(ended.toString()).isEqualTo("completed");
    assertThat(ended.toString()).contains("\"node_name\":\"mirror_neuron@test\"");
  }

  @Test
  void itGetsNoProgramsUntilItsOperatorLetsIt() throws IOException {
    sicken();
    for (int i = 0; i < 4; i++) {
      ObjectNode failed = end(one, RACK);
      assertThat(failed.at("/job/status").asText()).isEqualTo("failed");
      assertThat(failed.toString()).contains("workspace cannot be made");
    }
    assertThat(upkeep.status(TWO).status()).isEqualTo(NodeCondition.HEALTHY);
    end(one, RACK);
    eventually(
        "it is in quarantine", () -> upkeep.status(TWO).status() == NodeCondition.QUARANTINED);

    NodeReport report = upkeep.status(TWO);
    assertThat(report.schedulingEligible()).isFalse();
    assertThat(report.nodeState().reason())
        .startsWith("5 programs of 5 jobs could not begin within 300 s; the last: workspace");
    assertThat(events("node_quarantined")).singleElement().asString().contains(TWO);
    eventually(
        "its own jobs run their programs elsewhere",
        () -> end(two, "").toString().contains("\"node_name\":\"mirror_neuron@test\""));

    two.restart();
    eventually("it is back", () -> upkeep.status(TWO).status() != NodeCondition.OFFLINE);
    assertThat(upkeep.status(TWO).status()).isEqualTo(NodeCondition.QUARANTINED);

    upkeep.undrain(TWO, "a new disk", true);
    assertThat(upkeep.status(TWO).status()).isEqualTo(NodeCondition.HEALTHY);
    assertThat(events("node_quarantine_ended")).hasSize(1);
  }
}
