package io.mirrorneuron.runtime.exec.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.pool.Pools.PoolUsage;
import io.mirrorneuron.runtime.exec.pool.Pools.SlotRequest;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.Scheduling.QueueRank;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PoolsTest {
  private static final SlotRequest NOTHING = want("nobody", false, 0);

  private final Pools pools =
      new Pools(
          Map.of("default", 4, "gpu", 1),
          20,
          () -> NodeCapacity.endless("here"),
          Ports.ofMachine(1, 1, 0));
  private final List<String> granted = new ArrayList<>();

  @Test
  void freeSlotsAreGrantedAtOnce() throws Exception {
    claim("a", 3);
    claim("b", 1);

    assertThat(granted).containsExactly("a", "b");
    assertThat(usage()).isEqualTo(new PoolUsage("default", 4, 4, 0, 0, 2, Set.of("a", "b")));
  }

  @Test
  void waitingRequestsAreServedInOrder() throws Exception {
    SlotClaim all = claim("all", 4);
    claim("first", 1);
    claim("second", 1);
    assertThat(usage()).isEqualTo(new PoolUsage("default", 4, 4, 0, 2, 1, Set.of("all")));

    all.close();

    assertThat(granted).containsExactly("all", "first", "second");
  }

  @Test
  void aLargeRequestAtTheHeadDoesNotStallSmallOnes() throws Exception {
    claim("running", 1);
    claim("large", 4);
    claim("small", 1);

    assertThat(granted).containsExactly("running", "small");
  }

  @Test
  void aLargeRequestIsOvertakenOnlySoOftenAndThenServed() throws Exception {
    SlotClaim running = claim("running", 1);
    claim("large", 4);
    int overtakers = 0;
    SlotClaim small;
    while (granted.contains("small" + overtakers) == false && overtakers < 100) {
      small = claim("small" + overtakers, 1);
      if (!granted.contains("small" + overtakers)) {
        break;
      }
      small.close();
      overtakers++;
    }

    assertThat(overtakers).isEqualTo(Pools.OVERTAKES);
    assertThat(granted).doesNotContain("large");
    running.close();
    assertThat(granted).last().isEqualTo("large");
  }

  @Test
  void lentSlotsAreOthersUntilTheyAreTakenBackEvenWhenThereAreNoneLeft() throws Exception {
    SlotClaim asks = claim("asks", 3);
    claim("waits", 4);
    asks.lend();
    asks.lend();
    assertThat(granted).containsExactly("asks", "waits");
    assertThat(usage()).isEqualTo(new PoolUsage("default", 4, 4, 0, 0, 1, Set.of("asks", "waits")));

    asks.takeBack();
    asks.takeBack();
    assertThat(usage()).isEqualTo(new PoolUsage("default", 4, 7, 0, 0, 2, Set.of("asks", "waits")));
    SlotClaim next = claim("next", 1);
    assertThat(granted).doesNotContain("next");

    asks.close();
    assertThat(usage()).isEqualTo(new PoolUsage("default", 4, 4, 0, 1, 1, Set.of("waits")));
    next.close();
  }

  @Test
  void slotsThatAreLentAtTheEndAreNotGivenBackAgain() throws Exception {
    SlotClaim asks = claim("asks", 3);
    asks.lend();
    asks.close();
    asks.takeBack();

    assertThat(usage()).isEqualTo(new PoolUsage("default", 4, 0, 4, 0, 0, Set.of()));
  }

  @Test
  void closingTwiceGivesSlotsBackOnce() throws Exception {
    SlotClaim first = claim("first", 2);
    claim("second", 2);
    first.close();
    first.close();

    assertThat(usage()).isEqualTo(new PoolUsage("default", 4, 2, 2, 0, 1, Set.of("second")));
  }

  @Test
  void leavingTheQueueLetsTheNextOneThrough() throws Exception {
    claim("running", 2);
    SlotClaim large = claim("large", 3);
    for (int i = 0; i < Pools.OVERTAKES; i++) {
      claim("small", 1).close();
    }
    claim("held back", 1);
    assertThat(granted).doesNotContain("held back");

    large.close();

    assertThat(granted).contains("held back").doesNotContain("large");
  }

  @Test
  void aFullQueueRefuses() throws Exception {
    claim("all", 4);
    for (int i = 0; i < 20; i++) {
      claim("waiting", 1);
    }

    assertThatThrownBy(() -> claim("one too many", 1))
        .isInstanceOf(NotStarted.class)
        .hasMessageStartingWith("executor_pool_queue_full");
    assertThat(usage().queued()).isEqualTo(20);
  }

  @Test
  void impossibleRequestsAreRefusedAtOnce() {
    assertThatThrownBy(() -> pools.claim("none", 1, NOTHING, () -> {}))
        .hasMessage("unknown executor pool \"none\"");
    assertThatThrownBy(() -> pools.claim("gpu", 2, NOTHING, () -> {}))
        .hasMessage("executor pool \"gpu\" has 1 slots, 2 were asked for");
    assertThatThrownBy(() -> pools.claim("gpu", 0, NOTHING, () -> {}))
        .isInstanceOf(NotStarted.class);
  }

  @Test
  void whoHadSlotsWhenTheServerEndedHasThemBackAndOthersTheirOldPlaces() throws Exception {
    pools.holdBack();
    queue("late", want("late", false, 20));
    queue("new", want("new", false, 30));
    SlotClaim had = queue("had", want("had", true, 25));
    queue("early", want("early", false, 10));
    assertThat(granted).containsExactly("had");

    pools.letIn();
    assertThat(granted).containsExactly("had");
    had.close();
    assertThat(granted).containsExactly("had", "early");
  }

  private SlotClaim queue(String name, SlotRequest want) throws Exception {
    return pools.claim("default", 4, want, () -> granted.add(name));
  }

  private static SlotRequest want(String id, boolean had, long since) {
    return new SlotRequest(id, "j", "a", ResourceRequest.NONE, new QueueRank(had, since));
  }

  private SlotClaim claim(String name, int slots) throws NotStarted {
    return pools.claim("default", slots, want(name, false, 0), () -> granted.add(name));
  }

  private PoolUsage usage() {
    return pools.usage().getFirst();
  }
}
