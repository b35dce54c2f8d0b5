package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.testing.UpkeepFixture;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Drains that are ordered while one is under way. */
class RepeatedDrainTest {
  private static final String NODE = "mirror_neuron@one";
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final NodeMaintenance upkeep = UpkeepFixture.of(NODE, NOW);

  private static DrainOrder order(String reason, long deadlineMs, boolean isDryRun) {
    return new DrainOrder(NODE, reason, deadlineMs, isDryRun, true);
  }

  @Test
  void theSameOrderAgainIsTheSameDrain() {
    DrainReport first = upkeep.drain(order("a new disk", 60_000, false));
    DrainState drain = upkeep.status(NODE).drain();

    DrainReport again = upkeep.drain(order("a new disk", 60_000, false));

    assertThat(again).isEqualTo(first);
    assertThat(again.replaced()).isNull();
    assertThat(upkeep.status(NODE).drain()).isEqualTo(drain);
  }

  @Test
  void anotherOrderTakesItsPlaceAndTellsWhatItReplaces() {
    upkeep.drain(order("a new disk", 60_000, false));
    DrainState first = upkeep.status(NODE).drain();

    assertThat(upkeep.drain(order("a new disk", 120_000, true)).replaced()).isEqualTo(first);
    assertThat(upkeep.status(NODE).drain()).isEqualTo(first);

    DrainReport second = upkeep.drain(order("a new kernel", 60_000, false));
    assertThat(second.replaced()).isEqualTo(first);
    assertThat(second.reason()).isEqualTo("a new kernel");

    upkeep.undrain(NODE, "", true);
    assertThat(upkeep.drain(order("a new fan", 60_000, false)).replaced())
        .as("of one that was cancelled")
        .isNull();
  }

  @Test
  void theSameOrderAfterTheDeadlineGivesTimeAnew() {
    upkeep.drain(order("a new disk", 60_000, false));
    DrainState drain = upkeep.status(NODE).drain();

    DrainOrder same = order("a new disk", 60_000, false);
    assertThat(drain.isOf(same, NOW.plusSeconds(59))).isTrue();
    assertThat(drain.isOf(same, NOW.plusSeconds(60))).isFalse();
    assertThat(drain.replacedBy(same, NOW.plusSeconds(60))).isEqualTo(drain);
  }
}
