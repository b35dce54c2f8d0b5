package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told of a node, from each state to the next. */
class NodeEventTest {
  private static final String AT = "2026-06-20T10:00:00.000Z";
  private static final NodeState NODE = NodeState.of("mirror_neuron@a");
  private static final DrainState ORDERED =
      new DrainState("draining", AT, AT, 1L, "a disk", true, null, null, null, null, null);
  private static final NodeState DRAINED =
      NODE.with(ORDERED).with(NodeCondition.DRAINING, false, "a disk");

  private static List<ObjectNode> between(NodeState before, NodeState after) {
    return NodeEvent.between(before, after, AT).stream()
        .map(event -> Json.parseObject(event, "event"))
        .toList();
  }

  private static List<String> types(NodeState before, NodeState after) {
    return between(before, after).stream().map(event -> event.path("type").asText()).toList();
  }

  private static NodeState after(String status, int waiting) {
    return DRAINED.with(ORDERED.after(status, null, Map.of("waiting", waiting)));
  }

  @Test
  void anOrderToDrainIsTold() {
    List<ObjectNode> reported = between(NODE, DRAINED);

    assertThat(reported)
        .extracting(event -> event.path("type").asText())
        .containsExactly("node_drain_started", "node_state_changed");
    assertThat(reported.getFirst().toString())
        .isEqualTo(
            "{\"type\":\"node_drain_started\",\"timestamp\":\"%s\",\"node\":\"mirror_neuron@a\",\"reason\":\"a disk\"}"
                .formatted(AT));
    assertThat(reported.getLast().path("state").toString())
        .isEqualTo("{\"from\":\"healthy\",\"scheduling_eligible\":false,\"to\":\"draining\"}");
  }

  @Test
  void eachStepOfADrainIsToldOnce() {
    assertThat(types(DRAINED, after("draining", 2))).containsExactly("node_drain_progress");
    assertThat(types(after("draining", 2), after("draining", 2))).isEmpty();
    assertThat(types(after("draining", 2), after("draining", 1)))
        .containsExactly("node_drain_progress");
    assertThat(types(after("draining", 1), after("blocked_no_placement", 1)))
        .containsExactly("node_drain_blocked");
    assertThat(types(after("draining", 1), after("paused_for_review", 1)))
        .containsExactly("node_drain_progress");
    assertThat(types(after("draining", 1), after("complete", 0)))
        .containsExactly("node_drain_completed");
    assertThat(between(DRAINED, after("complete", 0)).getFirst().path("result").toString())
        .isEqualTo("{\"counters\":{\"waiting\":0},\"status\":\"complete\"}");
  }

  @Test
  void theEndOfADrainTellsWhetherTheNodeTakesWork() {
    NodeState ended =
        DRAINED.with(ORDERED.cancelled(AT)).with(NodeCondition.HEALTHY, true, "not today");
    List<ObjectNode> reported = between(DRAINED, ended);

    assertThat(reported)
        .extracting(event -> event.path("type").asText())
        .containsExactly("node_drain_cancelled", "node_state_changed");
    assertThat(reported.getFirst().path("mark_eligible").asBoolean()).isTrue();
  }

  @Test
  void aDrainOfADeadNodeBeginsAndEndsAtOnce() {
    NodeState closed =
        NODE.with(ORDERED.after("complete", AT, Map.of()))
            .with(NodeCondition.MAINTENANCE, false, "a disk");

    assertThat(types(NODE, closed)).containsExactly("node_drain_completed", "node_state_changed");
    assertThat(types(DRAINED, MemberWatch.closed(DRAINED, AT)))
        .containsExactly("node_drain_completed", "node_state_changed");
  }

  @Test
  void ofAServerThatIsKilledWhileItEndsItIsRememberedThatItTakesWorkWhenItIsBack() {
    DrainState ending =
        new DrainState(
            "draining", AT, AT, 1L, ShutdownDrain.REASON, false, null, null, null, true, null);
    NodeState leaving = NODE.with(ending).with(NodeCondition.DRAINING, false, ShutdownDrain.REASON);
    NodeState closed = MemberWatch.closed(leaving, AT);

    assertThat(types(leaving, closed)).containsExactly("node_drain_cancelled");
    assertThat(ShutdownDrain.back(closed, AT).status()).isEqualTo(NodeCondition.HEALTHY);
    assertThat(ShutdownDrain.back(leaving, AT).schedulingEligible()).isTrue();
    assertThat(ShutdownDrain.back(leaving, AT).drain().isOpen()).isFalse();
    assertThat(ShutdownDrain.back(DRAINED, AT)).isEqualTo(DRAINED);
  }
}
