package io.mirrorneuron.runtime.schedule.event;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.TriggerEvents.EventOutcome;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who tells an event is answered soon, and what schedules owe it then is not lost. */
class BoundedReactionTest {
  private static final EventOutcome SOME = new EventOutcome(3, 1, 0, 0, 0, 0, "s", "j", false);
  private static final EventOutcome ALL = new EventOutcome(3, 3, 0, 0, 0, 0, "s", "j", false);
  private static final TriggerEvent EVENT =
      new TriggerEvent("e-1", "paid", "shop", Map.of("token", "t"), "2026-01-02T03:04:05.006Z");

  private final RecordStore records = new InMemoryRecordStore();
  private final TurnedTimers timers =
      new TurnedTimers(new TurnedClock(Instant.parse("2026-01-02T03:04:05.006Z")));
  private final CountDownLatch slow = new CountDownLatch(1);
  private final AtomicInteger acts = new AtomicInteger();

  @AfterEach
  void letGo() {
    slow.countDown();
  }

  private BoundedReaction reaction(BoundedReaction.Schedules schedules, Duration patience) {
    return new BoundedReaction(
        schedules, records, () -> OptionalLong.of(0), Lifetime.DEFAULT, timers, patience);
  }

  private EventOutcome slowly(TriggerEvent event, Consumer<EventOutcome> soFar) {
    acts.incrementAndGet();
    soFar.accept(SOME);
    try {
      slow.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return ALL;
  }

  private List<RecordStore.StoredRecord> pending() {
    return records.list(BoundedReaction.KIND, "", 10).toCompletableFuture().join();
  }

  @Test
  void whatIsDoneSoonIsAnsweredWholeAndOwesNothing() {
    try (BoundedReaction reaction = reaction((event, soFar) -> ALL, Duration.ofMinutes(1))) {
      assertThat(reaction.soon(EVENT)).isEqualTo(ALL);
      assertThat(pending()).isEmpty();
    }
  }

  @Test
  void whatTakesLongIsOwedWhenItIsAnsweredAndDoneOnce() {
    try (BoundedReaction reaction = reaction(this::slowly, Duration.ofMillis(200))) {
      EventOutcome answer = reaction.soon(EVENT);
      assertThat(answer).isEqualTo(SOME.andMore());
      assertThat(pending()).hasSize(1);
      assertThat(reaction.soon(EVENT)).as("told again").isEqualTo(SOME.andMore());
      assertThat(pending()).hasSize(1);
      slow.countDown();
      eventually("nothing is owed", () -> pending().isEmpty());
      assertThat(acts).hasValue(1);
    }
  }

  @Test
  void whatADeadServerOwesAnotherOneDoes() {
    BoundedReaction dead = reaction(this::slowly, Duration.ofMillis(50));
    dead.soon(EVENT);
    dead.close();
    assertThat(pending()).hasSize(1);
    AtomicInteger done = new AtomicInteger();
    BoundedReaction.Schedules schedules =
        (event, soFar) -> {
          assertThat(event).isEqualTo(EVENT);
          done.incrementAndGet();
          return ALL;
        };
    try (BoundedReaction next = reaction(schedules, Duration.ofMinutes(1))) {
      next.start();
      eventually("nothing is owed", () -> pending().isEmpty());
      assertThat(done).hasValue(1);
    }
  }

  @Test
  void whatFailsAfterTheAnswerIsTriedAgain() {
    BoundedReaction.Schedules once =
        (event, soFar) -> {
          slowly(event, soFar);
          if (acts.get() == 1) {
            throw MnException.unavailable("the store does not answer", null);
          }
          return ALL;
        };
    try (BoundedReaction reaction = reaction(once, Duration.ofMillis(50))) {
      assertThat(reaction.soon(EVENT).acting()).isTrue();
      reaction.start();
      slow.countDown();
      eventually(
          "it is done when the leader looks again",
          () -> {
            timers.advance(Duration.ofSeconds(5));
            return pending().isEmpty();
          });
      assertThat(acts).hasValue(2);
    }
  }

  @Test
  void whatFailsAtOnceIsTold() {
    BoundedReaction.Schedules away =
        (event, soFar) -> {
          throw MnException.unavailable("the store does not answer", null);
        };
    try (BoundedReaction reaction = reaction(away, Duration.ofMinutes(1))) {
      assertThatThrownBy(() -> reaction.soon(EVENT))
          .isInstanceOfSatisfying(
              MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      assertThat(pending()).isEmpty();
    }
  }

  @Test
  void thereIsABoundToWhatWaitsInMemory() {
    try (BoundedReaction reaction = reaction(this::slowly, Duration.ofMillis(1))) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 200; i++) {
                  reaction.soon(new TriggerEvent("e" + i, "paid", "shop", Map.of(), "then"));
                }
              })
          .isInstanceOf(MnException.class)
          .hasMessageContaining("busy with other events");
    }
  }
}
