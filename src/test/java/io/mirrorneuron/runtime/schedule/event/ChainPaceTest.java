package io.mirrorneuron.runtime.schedule.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ChainPaceTest {
  private static final Map<String, Object> OWN = Map.of("source", RuntimeEventSource.TELLER);

  @Test
  void sixtyInAnyMinuteAreAllThereIsRoomFor() {
    ChainPace pace = ChainPace.NONE;
    for (int i = 0; i < ChainPace.MOST; i++) {
      assertThat(pace.fullUntil(1_000 + i)).isEmpty();
      pace = pace.and(1_000 + i);
    }
    assertThat(pace.fullUntil(1_100)).hasValue(61_000);
    assertThat(pace.fullUntil(60_999)).hasValue(61_000);
    assertThat(pace.fullUntil(61_000)).isEmpty();
    assertThat(pace.and(61_000).fullUntil(61_000)).hasValue(61_001);
    assertThat(pace.and(200_000).times()).as("old ones are forgotten").containsExactly(200_000L);
  }

  @Test
  void aClockSetBackDoesNotKeepItFull() {
    ChainPace pace = ChainPace.NONE;
    for (int i = 0; i < ChainPace.MOST; i++) {
      pace = pace.and(10_000_000);
    }
    assertThat(pace.fullUntil(10_000_000)).isPresent();
    assertThat(pace.fullUntil(5_000_000)).isEmpty();
  }

  @Test
  void onlyWhatFollowsFromAnEventOfTheRuntimeCounts() {
    assertThat(ChainPace.counts(OWN, Map.of("chain", 1))).isTrue();
    assertThat(ChainPace.counts(OWN, Map.of())).as("the end of a job of a person").isFalse();
    assertThat(ChainPace.counts(Map.of("source", "shop"), Map.of("chain", 5))).isFalse();
    assertThat(ChainPace.counts(Map.of(), Map.of())).as("a time, a call").isFalse();
  }
}
