package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeHealth;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.InMemoryLeaderLease;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the leader does about the records of nodes that come and go. */
class MemberWatchTest {
  private static final String GONE = "gone@h";
  private final TurnedClock clock = new TurnedClock(GatewayFixture.NOW);
  private final TurnedTimers timers = new TurnedTimers(clock);
  private final InMemoryRecordStore records = new InMemoryRecordStore();
  private final InMemoryNodeRegistry nodes = new InMemoryNodeRegistry();
  private final NodeStore book = new NodeStore(records, timers);

  @BeforeEach
  void lead() {
    records.lead(NodeStore.KIND, 1);
    nodes.beat("me@h#1");
    new MemberWatch(
            "me@h#1",
            nodes,
            book,
            new InMemoryLeaderLease(clock::millis),
            new QuarantineRule(QuarantineWorld.LIMITS, Lifetime.DEFAULT),
            () -> true,
            timers)
        .start();
  }

  private void note(String node, NodeState state) {
    book.change(node, before -> state);
  }

  private static NodeState up(String node) {
    return NodeState.of(node).with(NodeHealth.NONE.begun("2026-05-01T12:00:00.000Z"));
  }

  private Map<String, NodeState> look() {
    timers.advance(Duration.ofSeconds(3));
    return book.all().toCompletableFuture().join();
  }

  @Test
  void whatIsNotedOfANodeThatIsGoneForGoodIsDropped() {
    note(GONE, up(GONE));

    assertThat(look()).doesNotContainKey(GONE);
  }

  @Test
  void whatIsDecidedOfItStaysAsDoesWhatIsNotedOfOneThatLives() {
    note(GONE, up(GONE).with(NodeCondition.MAINTENANCE, false, "a new disk"));
    note("here@h", up("here@h"));
    nodes.beat("here@h#1");

    assertThat(look()).containsKeys(GONE, "here@h");
  }

  @Test
  void whatIsNotedOfOneThatDiedAMomentAgoStays() {
    nodes.describe("here@h#1", () -> "{}");
    nodes.beat("here@h#1");
    nodes.beat("here@h#1");
    note("here@h", up("here@h"));
    nodes.leave("here@h#1");

    assertThat(look()).containsKey("here@h");
  }

  @Test
  void theDrainOfOneThatDiedIsCompleteAndNothingWaitsThereAnyMore() {
    String at = GatewayFixture.NOW.toString();
    Map<String, Integer> counters = Map.of("checked", 4, "waiting", 2, "migrated", 1, "ignored", 1);
    var drain =
        new DrainState(
            "draining", at, at, 0L, "a new disk", true, null, null, counters, null, null);
    note(GONE, up(GONE).with(drain).with(NodeCondition.DRAINING, false, "a new disk"));

    DrainState closed = look().get(GONE).drain();

    assertThat(closed.status()).isEqualTo("complete");
    assertThat(closed.counters()).isEqualTo(Map.of("checked", 4, "migrated", 3, "ignored", 1));
  }

  @Test
  void oneThatWasAnnouncedIsHealthyOnceItLives() {
    note("new@h", NodeState.of("new@h").with(NodeCondition.JOINING, true, null));
    assertThat(look().get("new@h").status()).isEqualTo(NodeCondition.JOINING);

    nodes.beat("new@h#1");
    assertThat(look().get("new@h").status()).isEqualTo(NodeCondition.HEALTHY);
  }
}
