package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.port.node.NodeState.NodeFault;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which nodes that are not reached are noted for that. */
class FaultRecorderTest {
  private final QuarantineWorld world = new QuarantineWorld(1, 2, true, () -> {});
  private final QuarantineWorld.Node one = world.nodes.getFirst();
  private final QuarantineWorld.Node two = world.nodes.getLast();

  /** What is noted of the second node after the first one did not reach it. */
  private List<NodeFault> unreached() {
    one.health.unreached(two.name, "the runtime is shutting down, try again");
    world.run(3000);
    return world.state(two.name).health().faults();
  }

  private void drainOfEnd(String status, NodeCondition condition) {
    String at = Json.timestamp(Instant.ofEpochMilli(world.now()));
    var drain = new DrainState(status, at, at, 0L, "it ends", false, null, null, null, true, null);
    world.book().change(two.name, before -> before.with(drain).with(condition, false, null));
    world.run(1000);
  }

  @Test
  void aServerThatSendsHeartbeatsAndIsNotReachedIsAtFault() {
    world.run(3000);

    assertThat(unreached())
        .singleElement()
        .satisfies(fault -> assertThat(fault.kind()).isEqualTo(NodeFault.Kind.UNREACHED));
  }

  @Test
  void oneThatIsToldToEndIsNot() {
    world.run(3000);
    drainOfEnd(DrainState.DRAINING, NodeCondition.MAINTENANCE);

    assertThat(unreached()).isEmpty();
  }

  @Test
  void oneThatHasEndedInGoodOrderIsNotUntilItIsBack() {
    world.run(3000);
    drainOfEnd(DrainState.COMPLETE, NodeCondition.DRAINING);
    two.health.close();

    assertThat(unreached()).isEmpty();

    two.die(1000);
    world.run(5000);
    world
        .book()
        .change(two.name, before -> ShutdownDrain.back(before, Json.timestamp(Instant.EPOCH)));
    world.run(1000);
    assertThat(unreached()).hasSize(1);
  }

  @Test
  void oneWhoseServerEndedWithoutADrainIsNotEither() {
    world.run(3000);
    two.health.close();
    world.run(1000);

    assertThat(unreached()).isEmpty();
  }
}
