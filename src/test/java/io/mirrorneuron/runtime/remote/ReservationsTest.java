package io.mirrorneuron.runtime.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.remote.RemotePlacement.Reservations;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a node has left, between what was promised of it and what it says itself. */
class ReservationsTest {
  private static final Wish CORE =
      new Wish(
          new ResourceRequest(new Amounts(1000, 0, 0), List.of(), List.of(), List.of(), null),
          new Scheduling(Strategy.SPREAD, true, null, List.of()),
          "default",
          1);

  private final Reservations reservations = new Reservations();

  /** It says that these executions have a core and a slot each. */
  private static Machine machine(String... programs) {
    Amounts totals = new Amounts(8000, 16_000, 100_000);
    return new Machine(
        "n1",
        "healthy",
        true,
        Map.of(),
        totals,
        totals,
        new Amounts(programs.length * 1000L, 0, 0),
        List.of(),
        Set.of(),
        0,
        List.of(),
        Set.of(),
        Set.of(),
        List.of("host_local"),
        Map.of("default", 4),
        Map.of("default", programs.length),
        Set.of(programs),
        Set.of());
  }

  private void taken(Machine machine, long seenAt, int programs) {
    Machine now = reservations.on(machine, seenAt);
    assertThat(now.slotsTaken().get("default")).isEqualTo(programs);
    assertThat(now.given().cpuMillis()).isEqualTo(programs * 1000L);
  }

  @Test
  void countsFromTheMomentItIsPromised() {
    reservations.add("e1", "n1", CORE);
    reservations.add("e2", "n2", CORE);
    taken(machine(), 0, 1);
    taken(machine("other"), 0, 2);
  }

  @Test
  void countsOnceWhenItsNodeHasGivenItBeforeItSaidSo() {
    reservations.add("e1", "n1", CORE);
    taken(machine("e1"), 0, 1);
  }

  @Test
  void countsNoMoreFromTheMomentItEndsWhateverItsNodeSaidBefore() {
    reservations.add("e1", "n1", CORE);
    reservations.end("e1", 10);
    taken(machine("e1"), 5, 0);
    taken(machine(), 5, 0);
    taken(machine("e1"), 12, 0); // asked before it was heard there
    taken(machine(), 15, 0);
    taken(machine("e2"), 15, 1);
  }

  @Test
  void anEndThatItsNodeNeverTellsIsForgotten() {
    reservations.add("e1", "n1", CORE);
    reservations.end("e1", 10);
    taken(machine("e1"), 10 + Duration.ofSeconds(30).toNanos(), 0);
    taken(machine("e1"), 11 + Duration.ofSeconds(30).toNanos(), 1);
  }

  @Test
  void whatWasNeverPromisedEndsWithoutAnything() {
    reservations.end("e1", 10);
    taken(machine("e1"), 5, 1);
  }
}
