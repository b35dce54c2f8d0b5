package io.mirrorneuron.store;

import static io.mirrorneuron.store.JobStoreContract.await;
import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.Lifetime;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every registry promises about owners that beat and leave. */
public interface NodeRegistryContract {
  Lifetime BRIEF = new Lifetime(3_000);

  /** One that nobody has beaten in, with {@link Lifetime#DEFAULT}. */
  NodeRegistry registry();

  /** Another one on the same store. */
  NodeRegistry beside(NodeRegistry registry, Lifetime lifetime);

  /** The store is as if nobody had written down a lifetime. */
  void forgetLifetime(NodeRegistry registry);

  @Test
  default void nobodyLivesAtFirst() {
    assertThat(await(registry().living())).isEmpty();
  }

  @Test
  default void whoBeatsLives() {
    NodeRegistry registry = registry();
    await(registry.beat("a"));
    await(registry.beat("b"));
    await(registry.beat("a"));

    assertThat(await(registry.living())).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  default void whoLeavesLivesNoMoreUntilItBeatsAgain() {
    NodeRegistry registry = registry();
    await(registry.beat("a"));
    await(registry.beat("b"));
    await(registry.leave("a"));
    assertThat(await(registry.living())).containsExactly("b");

    await(registry.beat("a"));
    assertThat(await(registry.living())).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  default void whoWasNeverThereMayLeave() {
    NodeRegistry registry = registry();
    await(registry.leave("nobody"));

    assertThat(await(registry.living())).isEmpty();
  }

  @Test
  default void aHeartbeatSaysWhetherTheOwnerLivedBeforeItAndWhoLives() {
    NodeRegistry registry = registry();
    assertThat(await(registry.beat("a"))).isEqualTo(new NodeRegistry.Beat(true, Set.of("a"), 0));
    assertThat(await(registry.beat("b")))
        .isEqualTo(new NodeRegistry.Beat(true, Set.of("a", "b"), 0));
    assertThat(await(registry.beat("a")))
        .isEqualTo(new NodeRegistry.Beat(false, Set.of("a", "b"), 0));

    await(registry.leave("a"));
    assertThat(await(registry.beat("a")).lapsed()).isTrue();
  }

  @Test
  default void whoCameAndWentBetweenTwoHeartbeatsIsCounted() {
    NodeRegistry registry = registry();
    NodeRegistry.Beat before = await(registry.beat("a"));
    await(registry.claim("brief#1"));
    await(registry.leave("brief#1"));
    await(registry.beat("short"));
    await(registry.leave("short"));

    NodeRegistry.Beat after = await(registry.beat("a"));
    assertThat(after.living()).isEqualTo(before.living());
    assertThat(after.departures()).isEqualTo(before.departures() + 2);
    assertThat(registry.hasMetOthers()).isTrue();
    assertThat(await(registry.beat("a"))).isEqualTo(after);
  }

  @Test
  default void aHeartbeatIsToldWhetherThereAreOthers() {
    NodeRegistry registry = registry();
    assertThat(registry.sawOthers()).isFalse();
    await(registry.beat("a"));
    assertThat(registry.sawOthers()).isFalse();
    assertThat(registry.hasMetOthers()).isFalse();
    await(registry.beat("b"));
    assertThat(registry.sawOthers()).isTrue();
    await(registry.leave("a"));
    await(registry.beat("b"));
    assertThat(registry.sawOthers()).isFalse();
    assertThat(registry.hasMetOthers()).isTrue();
  }

  @Test
  default void whoLivesIsKnownFromTheLastHeartbeatWithoutAsking() {
    NodeRegistry registry = registry();
    assertThat(registry.seen()).isEmpty();
    await(registry.beat("a"));
    assertThat(registry.seen()).containsExactly("a");
    await(registry.beat("b"));
    await(registry.beat("a"));
    assertThat(registry.seen()).containsExactlyInAnyOrder("a", "b");
    await(registry.leave("b"));
    await(registry.beat("a"));
    assertThat(registry.seen()).containsExactly("a");
  }

  @Test
  default void itIsKnownHowLongAgoALivingOwnerWasHeardOf() {
    NodeRegistry registry = registry();
    assertThat(await(registry.silence("a"))).isEmpty();
    await(registry.beat("a"));
    assertThat(await(registry.silence("a")).orElseThrow()).isBetween(0L, Lifetime.DEFAULT.ms() - 1);

    await(registry.leave("a"));
    assertThat(await(registry.silence("a"))).isEmpty();
  }

  @Test
  default void itIsKnownWhereAnOwnerIsReachedWhileItLives() {
    NodeRegistry registry = registry();
    await(registry.beat("a"));
    assertThat(await(registry.address("a"))).as("before it has told").isEmpty();
    await(registry.tell("a", "10.0.0.1:55051"));
    assertThat(await(registry.address("a"))).contains("10.0.0.1:55051");
    assertThat(await(registry.address("b"))).isEmpty();

    await(registry.leave("a"));
    assertThat(await(registry.address("a"))).isEmpty();

    await(registry.beat("a"));
    assertThat(await(registry.address("a")))
        .as("each heartbeat says so")
        .contains("10.0.0.1:55051");
  }

  @Test
  default void whatANodeTellsIsKnownOnceThereAreOthersAndForAWhileAfterItsDeath() {
    NodeRegistry registry = registry();
    String[] record = {"first"};
    registry.describe("a", () -> record[0]);
    await(registry.beat("a"));
    await(registry.beat("a"));
    assertThat(await(registry.described())).as("of one that is alone").isEmpty();

    await(registry.beat("b"));
    await(registry.beat("a"));
    assertThat(await(registry.described()))
        .containsExactly(new NodeRegistry.Described("a", "first", true));

    record[0] = "second";
    await(registry.beat("a"));
    await(registry.beat("a"));
    assertThat(await(registry.described()))
        .containsExactly(new NodeRegistry.Described("a", "second", true));

    await(registry.leave("a"));
    assertThat(await(registry.described()))
        .containsExactly(new NodeRegistry.Described("a", "second", false));
    await(registry.beat("a"));
    assertThat(await(registry.described()))
        .containsExactly(new NodeRegistry.Described("a", "second", true));
  }

  @Test
  default void whoDiedBeforeItToldAnythingIsKnownAllTheSameTheLastOneLast() {
    NodeRegistry registry = registry();
    await(registry.beat("b"));
    await(registry.beat("a"));
    await(registry.leave("b"));
    await(registry.leave("a"));
    assertThat(await(registry.described()))
        .containsExactlyInAnyOrder(
            new NodeRegistry.Described("b", "", false), new NodeRegistry.Described("a", "", false));

    await(registry.claim("a"));
    assertThat(await(registry.described()))
        .as("of one that is back and has told nothing")
        .containsExactly(new NodeRegistry.Described("b", "", false));
  }

  @Test
  default void aNameIsTakenByOneLivingOwnerOnly() {
    NodeRegistry registry = registry();
    assertThat(await(registry.claim("mn@one#1"))).isEmpty();
    assertThat(await(registry.claim("mn@one#1"))).as("the same after a restart").isEmpty();
    assertThat(await(registry.claim("mn@on#2"))).isEmpty();

    assertThat(await(registry.claim("mn@one#2")))
        .hasValueSatisfying(
            holder -> {
              assertThat(holder.owner()).isEqualTo("mn@one#1");
              assertThat(holder.livesForMs()).isBetween(1L, Lifetime.DEFAULT.ms());
            });
    assertThat(await(registry.living())).containsExactlyInAnyOrder("mn@one#1", "mn@on#2");
    assertThat(await(registry.beat("mn@one#1")).lapsed()).isFalse();

    await(registry.leave("mn@one#1"));
    assertThat(await(registry.claim("mn@one#2"))).isEmpty();
  }

  private static Throwable refusal(NodeRegistry registry, String owner) {
    return assertThatThrownBy(() -> await(registry.claim(owner))).actual();
  }

  @Test
  default void aLifetimeIsThatOfAllWhileAnotherOwnerLives() {
    NodeRegistry usual = registry();
    NodeRegistry brief = beside(usual, BRIEF);
    assertThat(await(usual.claim("mn@one#1"))).isEmpty();

    assertThat(refusal(brief, "mn@two#2"))
        .hasStackTraceContaining("is 3000 at mn@two and 15000, the default, at")
        .hasStackTraceContaining("(mn@one)");
    assertThat(await(usual.living())).containsExactly("mn@one#1");
    assertThat(await(usual.claim("mn@three#3"))).isEmpty();

    await(usual.leave("mn@one#1"));
    assertThat(refusal(brief, "mn@two#2")).hasStackTraceContaining("(mn@three)");
    await(usual.leave("mn@three#3"));
    assertThat(await(brief.claim("mn@two#2"))).isEmpty();
    assertThat(refusal(usual, "mn@one#1"))
        .hasStackTraceContaining("is 15000, the default, at mn@one and 3000 at the servers");
  }

  @Test
  default void anOwnerThatIsAloneComesBackWithAnotherLifetime() {
    NodeRegistry usual = registry();
    NodeRegistry brief = beside(usual, BRIEF);
    assertThat(await(usual.claim("mn@one#1"))).isEmpty();

    assertThat(await(brief.claim("mn@one#1"))).isEmpty();
    assertThat(refusal(usual, "mn@two#2")).hasStackTraceContaining("(mn@one)");
  }

  @Test
  default void ownersThatWroteDownNoLifetimeHaveTheUsualOne() {
    NodeRegistry usual = registry();
    NodeRegistry brief = beside(usual, BRIEF);
    await(usual.beat("mn@old#1"));
    forgetLifetime(usual);

    assertThat(refusal(brief, "mn@two#2"))
        .hasStackTraceContaining("is 3000 at mn@two and 15000, the default, at");
    assertThat(await(usual.claim("mn@two#2"))).isEmpty();
  }

  @Test
  default void ofTwoThatComeAtOnceWithDifferentLifetimesOneWins() {
    NodeRegistry usual = registry();
    NodeRegistry brief = beside(usual, BRIEF);
    var one = usual.claim("mn@one#1").toCompletableFuture();
    var two = brief.claim("mn@two#2").toCompletableFuture();
    CompletableFuture.allOf(one, two).exceptionally(refused -> null).join();

    assertThat(List.of(one, two)).filteredOn(each -> !each.isCompletedExceptionally()).hasSize(1);
    assertThat(await(usual.living())).hasSize(1);
  }

  @Test
  default void aLifetimeThatTheStoreHasLostIsWrittenDownAgain() {
    NodeRegistry brief = beside(registry(), BRIEF);
    assertThat(await(brief.claim("mn@one#1"))).isEmpty();
    forgetLifetime(brief);
    await(brief.leave("mn@one#1"));
    await(brief.beat("mn@one#1"));

    assertThat(await(brief.claim("mn@two#2"))).isEmpty();
  }

  @Test
  default void whoHearsIsToldSoonThatOthersHaveComeOrGone() {
    NodeRegistry registry = registry();
    await(registry.beat("a"));
    AtomicInteger heard = new AtomicInteger();
    registry.onChange("a", heard::incrementAndGet);
    eventually(
        "it hears",
        () -> {
          await(registry.beat("b"));
          await(registry.leave("b"));
          return heard.get() > 1;
        });

    await(registry.beat("b"));
    int before = heard.get();
    await(registry.claim("c"));
    eventually("that one has come", () -> heard.get() > before);
  }
}
