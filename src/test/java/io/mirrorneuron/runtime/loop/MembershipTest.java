package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final Duration STEP = Duration.ofMillis(50);

  private final TurnedClock clock = new TurnedClock(Instant.ofEpochSecond(1_000));
  private final TurnedTimers timers = new TurnedTimers(clock);
  private final InMemoryNodeRegistry registry = new InMemoryNodeRegistry(clock::millis);
  private final List<String> log = new ArrayList<>();
  private final List<Set<String>> seen = new ArrayList<>();
  private CompletableFuture<Void> ending = CompletableFuture.completedFuture(null);
  private boolean cut;
  private CompletableFuture<Void> held = CompletableFuture.completedFuture(null);

  private final Membership here =
      new Membership(
          wire(),
          timers,
          "a",
          new Membership.Work() {
            @Override
            public void see(NodeRegistry.Beat beat) {
              seen.add(beat.living());
            }

            @Override
            public CompletionStage<Void> letGo() {
              log.add("let go");
              return ending;
            }

            @Override
            public void goOn() {
              log.add("go on");
            }
          });

  /** The registry behind a network that can be cut, or be slow with one answer. */
  private NodeRegistry wire() {
    return (NodeRegistry)
        Proxy.newProxyInstance(
            NodeRegistry.class.getClassLoader(),
            new Class<?>[] {NodeRegistry.class},
            (proxy, method, arguments) ->
                !CompletionStage.class.isAssignableFrom(method.getReturnType())
                    ? method.invoke(registry, arguments)
                    : cut
                        ? CompletableFuture.failedFuture(MnException.unavailable("cut off", null))
                        : ((CompletionStage<?>) method.invoke(registry, arguments))
                            .thenCombine(held, (answer, done) -> answer));
  }

  private void pass(Duration time) {
    timers.advance(time);
  }

  private void meetAnother() {
    registry.beat("b");
    here.keepUp();
  }

  /** Answers after how long this node has let go, or null when it did not within a minute. */
  private Duration untilItLetsGo() {
    for (Duration passed = STEP; passed.toSeconds() < 60; passed = passed.plus(STEP)) {
      pass(STEP);
      if (log.contains("let go")) {
        return passed;
      }
    }
    return null;
  }

  @Test
  void whoIsCutOffLetsGoBeforeOthersMayTakeOver() {
    meetAnother();
    pass(Duration.ofSeconds(12)); // the last heartbeat was two seconds ago
    cut = true;

    assertThat(untilItLetsGo()).isBetween(Duration.ofSeconds(8), Duration.ofMillis(8300));
    assertThat(here.mayWork()).isFalse();
    assertThat(registry.living().toCompletableFuture().join()).as("not dead yet").contains("a");
  }

  @Test
  void itGoesOnOnceItIsKnownToLiveAgain() {
    meetAnother();
    cut = true;
    pass(Duration.ofMinutes(1));
    assertThat(log).containsExactly("let go");
    cut = false;

    pass(Duration.ofSeconds(1));

    assertThat(log).containsExactly("let go", "go on");
    assertThat(here.mayWork()).isTrue();
    pass(Duration.ofMinutes(1));
    assertThat(log).hasSize(2);
  }

  @Test
  void whoHasNeverSeenAnotherKeepsItsPrograms() {
    here.keepUp();
    cut = true;
    pass(Duration.ofMinutes(1));
    assertThat(here.mayWork()).isTrue();
    cut = false;
    pass(Duration.ofSeconds(1));

    assertThat(log).as("it looks for jobs that somebody may have left").containsExactly("go on");
  }

  /** As when its process or its machine was stopped. */
  @Test
  void whoStoodStillLetsGoAtOnce() {
    meetAnother();
    clock.turn(Duration.ofSeconds(40));

    pass(Duration.ofMillis(250));

    assertThat(log).startsWith("let go");
  }

  /** A clock that stands still with the machine does not know that others have taken over. */
  @Test
  void whoWasTakenForDeadLetsGoWhateverItsOwnClockSays() {
    meetAnother();
    registry.leave("a");

    pass(Duration.ofSeconds(5));

    assertThat(log).containsExactly("let go", "go on");
  }

  @Test
  void aLeaseCountsFromTheSendingOfTheHeartbeat() {
    meetAnother();
    pass(Duration.ofSeconds(4));
    held = new CompletableFuture<>();
    pass(Duration.ofSeconds(4)); // sent one second after the turn above
    held.complete(null);
    cut = true;

    assertThat(untilItLetsGo()).isBetween(Duration.ofMillis(6900), Duration.ofMillis(7300));
  }

  @Test
  void itGoesOnOnlyWhenAllHasEnded() {
    meetAnother();
    ending = new CompletableFuture<>();
    cut = true;
    pass(Duration.ofSeconds(11));
    cut = false;
    pass(Duration.ofSeconds(20));
    assertThat(log).containsExactly("let go");

    ending.complete(null);

    assertThat(log).containsExactly("let go", "go on");
  }

  @Test
  void whoHearsThatOthersHaveComeOrGoneKnowsWhoLivesAtOnce() {
    here.keepUp();
    registry.beat("b");
    pass(Duration.ofMillis(50));
    assertThat(seen.getLast()).containsExactlyInAnyOrder("a", "b");

    registry.leave("b");
    pass(Duration.ofMillis(50));
    assertThat(seen.getLast()).containsExactly("a");
  }

  @Test
  void whatIsHeardAtTheSameTimeBringsOneHeartbeat() {
    meetAnother();
    pass(Duration.ofSeconds(1));
    int before = seen.size();
    for (int i = 0; i < 50; i++) {
      registry.beat("n" + i);
    }
    pass(Duration.ofMillis(300)); // five for each that lives, at most

    assertThat(seen).hasSize(before + 1);
    assertThat(seen.getLast()).hasSize(52);
  }

  @Test
  void whoHasClosedLeavesAndDoesNothingMore() {
    meetAnother();
    here.close();
    pass(Duration.ofMinutes(1));

    assertThat(log).isEmpty();
    assertThat(registry.living().toCompletableFuture().join()).doesNotContain("a");
  }
}
