package io.mirrorneuron.runtime.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a server stores that does not lead is done as soon as on the one that leads. */
class TwoLoopsTest {
  private final TurnedTimers timers =
      new TurnedTimers(new TurnedClock(Instant.parse("2026-01-01T00:00:00Z")));
  private final InMemoryRecordStore store = new InMemoryRecordStore();
  private final List<String> rung = new ArrayList<>();
  private MachineLoop<Alarm, Alarm.Input, Alarm.Ring> follower;

  @BeforeEach
  void start() {
    store.lead("alarms", 7);
    loop("leader", OptionalLong.of(7)).start();
    follower = loop("follower", OptionalLong.empty());
    follower.start();
    timers.advance(Duration.ofMillis(100)); // the leader has looked and does not for a while
  }

  private MachineLoop<Alarm, Alarm.Input, Alarm.Ring> loop(String name, OptionalLong term) {
    return new MachineLoop<>(
        new Alarm.Machine(),
        store,
        (id, ring) -> {
          rung.add(name + " " + id + " " + ring.number());
          return CompletableFuture.completedFuture(new Alarm.Input.Heard(ring.number()));
        },
        () -> term,
        Lifetime.DEFAULT,
        timers);
  }

  private void set(long inMs, int times) {
    follower.submit("a", new Alarm.Input.Set(timers.now() + inMs, times));
  }

  @Test
  void whatIsDueBeforeTheLeaderLooksIsDoneByWhoStoredIt() {
    set(1_000, 1);
    timers.advance(Duration.ofMillis(999));
    assertThat(rung).isEmpty();
    timers.advance(Duration.ofMillis(1));
    assertThat(rung).containsExactly("follower a 1");
  }

  @Test
  void whatIsDueLaterIsTheLeadersAlone() {
    set(30_000, 2);
    timers.advance(Duration.ofMinutes(1));
    assertThat(rung).containsExactly("leader a 2", "leader a 1");
  }

  @Test
  void aTimeThatIsMovedIsKept() {
    set(4_000, 1);
    follower.submit("a", new Alarm.Input.Cancel());
    set(1_000, 1);
    timers.advance(Duration.ofMillis(1_000));
    assertThat(rung).hasSize(1);

    set(1_000, 1);
    follower.submit("a", new Alarm.Input.Cancel());
    set(3_000, 1);
    timers.advance(Duration.ofMillis(2_999));
    assertThat(rung).hasSize(1);
    timers.advance(Duration.ofMillis(1));
    assertThat(rung).hasSize(2);
  }

  @Test
  void whoIsClosedDoesNothing() {
    set(1_000, 1);
    follower.close();
    timers.advance(Duration.ofMillis(1_500));
    assertThat(rung).isEmpty();
    timers.advance(Duration.ofSeconds(10));
    assertThat(rung).containsExactly("leader a 1");
  }
}
