package io.mirrorneuron.runtime.drain;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.WaitingPrograms;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events of the cluster, over gRPC at one of two nodes. */
@Whole
class ClusterEventsIT {
  private static final String CLUSTER = "__cluster__";
  private static final String ONE = "mirror_neuron@test";
  private static final String TWO = "mirror_neuron@two";

  @TempDir Path folder;
  private RuntimeFixture one;
  private RuntimeFixture two;
  private GrpcRuntime endpoint;
  private GrpcRuntime endpointOfTwo;
  private Clients clients;
  private JobsPort jobs;
  private NodeMaintenance upkeep;

  @BeforeEach
  void start() {
    one = new RuntimeFixture(folder.resolve("one"));
    endpoint = GrpcRuntime.before(one);
    clients = endpoint.connect();
    jobs = clients.jobs();
    upkeep = clients.cluster().upkeep();
    assertThat(events()).as("a node that is alone").isEmpty();
    two = RuntimeFixture.beside(one, folder.resolve("two"), Map.of("MN_NODE_NAME", TWO));
    endpointOfTwo = GrpcRuntime.before(two);
    eventually(
        "they know each other",
        () -> one.runtime().hasNeighbours() && two.runtime().hasNeighbours());
    eventually(
        "both have joined", () -> reported("node_joined", ONE) + reported("node_joined", TWO) == 2);
  }

  @AfterEach
  void stop() {
    clients.close();
    endpoint.close();
    endpointOfTwo.close();
    two.close();
    one.close();
  }

  private List<ObjectNode> events() {
    return jobs.events(CLUSTER, 0, 1000).events().stream()
        .map(event -> Json.parseObject(event, "event"))
        .toList();
  }

  private List<String> types() {
    return events().stream().map(event -> event.path("type").asText()).toList();
  }

  private List<String> typesAfter(int count) {
    return types().subList(count, types().size());
  }

  /** How often that was told of the node. */
  private long reported(String type, String node) {
    return events().stream()
        .filter(event -> event.path("type").asText().equals(type))
        .filter(event -> event.path("node").asText().equals(node))
        .count();
  }

  private ObjectNode last(String type) {
    return events().stream()
        .filter(event -> event.path("type").asText().equals(type))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  @Test
  void whatIsDecidedOfNodesIsToldInItsOrder() {
    AtomicInteger news = new AtomicInteger();
    try (var _ = jobs.watch(CLUSTER, news::incrementAndGet)) {
      int before = types().size();
      upkeep.maintain(TWO, true, "a new disk");
      upkeep.maintain(TWO, true, "a new disk");
      upkeep.maintain(TWO, false, null);
      assertThat(typesAfter(before))
          .containsExactly(
              "node_maintenance_enabled",
              "node_state_changed",
              "node_maintenance_disabled",
              "node_state_changed");
      assertThat(last("node_maintenance_enabled").path("reason").asText()).isEqualTo("a new disk");
      assertThat(last("node_maintenance_enabled").path("job_id").asText()).isEqualTo(CLUSTER);
      eventually("who watches is told", () -> news.get() > 0);
    }
    int drained = types().size();
    upkeep.drain(new DrainOrder(TWO, "a new kernel", 60_000, false, true));
    eventually("it is over", () -> reported("node_drain_completed", TWO) == 1);
    upkeep.undrain(TWO, "done", true);
    assertThat(typesAfter(drained))
        .containsExactly(
            "node_drain_started",
            "node_state_changed",
            "node_drain_completed",
            "node_state_changed",
            "node_state_changed");
    assertThat(last("node_drain_completed").at("/result/counters/checked").isInt()).isTrue();
    int dry = types().size();
    upkeep.drain(new DrainOrder(TWO, null, 60_000, true, true));
    upkeep.reconcile(TWO, "to be sure", true);
    assertThat(typesAfter(dry)).as("dry runs").isEmpty();
    upkeep.reconcile(TWO, "to be sure", false);
    assertThat(typesAfter(dry)).containsExactly("node_reconciled");
    requireOneOrder();
  }

  private void requireOneOrder() {
    List<ObjectNode> all = events();
    for (int i = 0; i < all.size(); i++) {
      assertThat(all.get(i).path("seq").asInt()).isEqualTo(i + 1);
    }
    var lastTwo = jobs.lastEvents(CLUSTER, 2);
    assertThat(lastTwo.events()).hasSize(2);
    assertThat(lastTwo.next()).isEqualTo(all.size());
    assertThat(lastTwo.ended()).isFalse();
  }

  @Test
  void eachComingAndGoingIsToldOnceWhoeverLeads() {
    eventually("one of them leads", () -> types().contains("leader_changed"));
    boolean isOne = last("leader_changed").path("node").asText().equals(ONE);
    RuntimeFixture leader = isOne ? one : two;
    String name = isOne ? ONE : TWO;
    jobs = (isOne ? two : one).jobs();
    leader.leave();
    eventually(
        "the other leads", () -> types().stream().filter("leader_changed"::equals).count() == 2);
    eventually("it is told that it left", () -> reported("node_left", name) == 1);
    assertThat(last("leader_changed").at("/state/from").asText()).isEqualTo(name);

    leader.startAgain();
    eventually("it is told that it is back", () -> reported("node_joined", name) == 2);
    assertThat(reported("node_left", name)).isEqualTo(1);
    assertThat(types().stream().filter("node_joined"::equals)).hasSize(3);
  }

  @Test
  void theDrainOfANodeThatDiesIsClosed() {
    WaitingPrograms programs = new WaitingPrograms(folder);
    String job =
        two.jobs().submit(Submission.of(Json.write(programs.manifest("batch", "slow")))).jobId();
    programs.awaitRuns("slow", 1);
    upkeep.drain(new DrainOrder(TWO, "a new kernel", 600_000, false, true));
    assertThat(upkeep.status(TWO).drain().status()).isEqualTo(DrainState.DRAINING);

    two.leave();
    eventually("it is closed", () -> reported("node_drain_completed", TWO) == 1);
    assertThat(upkeep.status(TWO).drain().status()).isEqualTo(DrainState.COMPLETE);
    two.startAgain();
    eventually("it is back", () -> upkeep.status(TWO).status() == NodeCondition.MAINTENANCE);
    programs.let("slow");
    assertThat(one.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
  }
}
