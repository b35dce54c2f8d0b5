package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.drain.NodeDrains.CopyKeeper.CopyNodes;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which nodes run copies of system jobs. */
class CopyNodesTest {
  private static final Instant NOW = Instant.parse("2026-11-28T08:00:00Z");
  private static final NodeState B = NodeState.of("b");

  private static Machine node(String name, String rack) {
    return node(name, Map.of("meta.rack", List.of(rack)));
  }

  private static Machine node(String name, Map<String, List<String>> labels) {
    Amounts totals = new Amounts(8000, 16_000, 100_000);
    return new Machine(
        name,
        "healthy",
        true,
        labels,
        totals,
        totals,
        Amounts.NONE,
        List.of(),
        Set.of(),
        0,
        List.of(),
        Set.of(),
        Set.of(),
        List.of("host_local"),
        Map.of("default", 4),
        Map.of(),
        Set.of(),
        Set.of());
  }

  private static Workflow workflow(String type) {
    return new Manifests(DefaultRunner.HOST_LOCAL)
        .parse(
            """
            {"manifest_version":"1.0","graph_id":"each","entrypoints":["work"],
             "policies":{"job_type":"%s"},
             "nodes":[{"node_id":"work","agent_type":"executor",
               "constraints":[{"attribute":"meta.rack","value":"r"}],
               "config":{"command":"true"}}]}
            """
                .formatted(type));
  }

  private static Input.Spread order(String type, NodeState... states) {
    Map<String, NodeState> decided =
        states.length == 0 ? Map.of() : Map.of(states[0].node(), states[0]);
    List<Machine> living = List.of(node("a", "r"), node("b", "r"), node("c", "other"));
    return new CopyNodes(living, decided, Set.of("a", "b", "c", "d"), NOW).of(workflow(type));
  }

  private static NodeState drained(String status, String deadline, boolean ignores) {
    return B.with(NodeCondition.DRAINING, false, null)
        .with(
            new DrainState(
                status,
                "2026-11-28T07:00:00Z",
                deadline,
                1L,
                null,
                ignores,
                null,
                null,
                null,
                null,
                null));
  }

  @Test
  void thoseThatHaveWhatAllAgentsAskForGetOne() {
    assertThat(order("system").nodes()).containsExactly("a", "b");
    assertThat(order("system").known()).contains("d");
  }

  @Test
  void oneInMaintenanceGetsNoneAndKeepsWhatItHas() {
    Input.Spread order = order("system", B.with(NodeCondition.MAINTENANCE, false, null));
    assertThat(order.nodes()).containsExactly("a");
    assertThat(order.left()).isEmpty();
  }

  @Test
  void oneWithAFullDiskGetsNoneAndKeepsWhatItHas() {
    Map<String, List<String>> full =
        Map.of("meta.rack", List.of("r"), Machine.FULL_DISK, List.of("the disk is full"));
    List<Machine> living = List.of(node("a", "r"), node("b", full));
    Input.Spread order =
        new CopyNodes(living, Map.of(), Set.of("a", "b"), NOW).of(workflow("system"));
    assertThat(order.nodes()).containsExactly("a");
    assertThat(order.left()).isEmpty();
  }

  @Test
  void aDrainLeavesSystemJobsUnlessTheyAreMeantToo() {
    String later = "2026-11-28T09:00:00Z";
    assertThat(order("system", drained(DrainState.DRAINING, later, true)).left()).isEmpty();
    assertThat(order("system", drained(DrainState.DRAINING, later, false)).left())
        .containsOnlyKeys("b");
    assertThat(order("sysbatch", drained(DrainState.DRAINING, later, false)).left())
        .as("it may end by itself")
        .isEmpty();
    String before = "2026-11-28T07:59:00Z";
    assertThat(order("sysbatch", drained(DrainState.DRAINING, before, false)).left())
        .containsOnlyKeys("b");
    assertThat(order("sysbatch", drained(DrainState.COMPLETE, later, false)).left())
        .containsOnlyKeys("b");
  }

  @Test
  void oneThatWasDrainedAndTakesWorkAgainIsAsBefore() {
    NodeState again =
        drained(DrainState.COMPLETE, "2026-11-28T07:30:00Z", false)
            .with(NodeCondition.HEALTHY, true, null);
    assertThat(order("system", again).nodes()).containsExactly("a", "b");
    assertThat(order("system", again).left()).isEmpty();
  }

  @Test
  void oneThatWasTakenOutIsLeft() {
    NodeState out = B.disconnected(true).with(NodeCondition.DISCONNECTED, false, null);
    assertThat(order("sysbatch", out).left()).containsOnlyKeys("b");
  }
}
