package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.NodeMaintenance.Maintenance;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeStoreTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.006Z");

  private final InMemoryRecordStore records = new InMemoryRecordStore();
  private final NodeStore book = new NodeStore(records, new TurnedTimers(new TurnedClock(NOW)));
  private final NodeStore other = new NodeStore(records, new TurnedTimers(new TurnedClock(NOW)));

  @Test
  void aNodeOfWhichNothingWasDecidedTakesWork() {
    NodeState state = Answers.await(book.read("n@a"));

    assertThat(state.status()).isEqualTo(NodeCondition.HEALTHY);
    assertThat(state.schedulingEligible()).isTrue();
    assertThat(state.updatedAt()).isNull();
    assertThat(Answers.await(book.all())).isEmpty();
  }

  @Test
  void whatOneDecidesTheOtherReads() {
    Maintenance maintenance = new Maintenance(true, "disk", "2026-01-02T03:04:05.006Z", null);
    NodeState written =
        Answers.await(
            book.change(
                "n@a",
                before -> before.with(NodeCondition.MAINTENANCE, false, "disk").with(maintenance)));

    assertThat(written.updatedAt()).isEqualTo("2026-01-02T03:04:05.006Z");
    assertThat(Answers.await(other.read("n@a"))).isEqualTo(written);
    assertThat(Answers.await(other.all())).containsOnlyKeys("n@a");
  }

  @Test
  void aChangeIsDecidedAgainOnWhatAnotherWroteFirst() {
    List<Boolean> seen = new ArrayList<>();
    NodeState written =
        Answers.await(
            book.change(
                "n@a",
                before -> {
                  if (seen.isEmpty()) { // in between
                    Answers.await(other.change("n@a", state -> state.disconnected(true)));
                  }
                  seen.add(before.operatorDisconnect());
                  return before.with(NodeCondition.MAINTENANCE, false, null);
                }));

    assertThat(seen).containsExactly(false, true);
    assertThat(written.operatorDisconnect()).isTrue();
    assertThat(written.status()).isEqualTo(NodeCondition.MAINTENANCE);
  }
}
