package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every lease of leaders promises. */
interface LeaderLeaseContract {
  long LONG_MS = 60_000;

  LeaderLease lease();

  /** Lets so much time go by for the lease. */
  void pass(long millis);

  private static <T> T now(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  @Test
  default void oneLeadsUntilItLeaves() {
    long first = now(lease().take("k", "a", LONG_MS, LeaderLease.NONE));
    assertThat(first).isPositive();
    assertThat(now(lease().take("k", "b", LONG_MS, LeaderLease.NONE))).isZero();
    assertThat(now(lease().take("k", "a", LONG_MS, first))).isEqualTo(first);
    assertThat(now(lease().take("other", "b", LONG_MS, LeaderLease.NONE))).isPositive();

    now(lease().leave("k", "b", first));
    assertThat(now(lease().take("k", "b", LONG_MS, LeaderLease.NONE))).isZero();
    now(lease().leave("k", "a", first));
    assertThat(now(lease().take("k", "b", LONG_MS, LeaderLease.NONE))).isGreaterThan(first);
  }

  /** Else what it has written on the way would be taken for its own. */
  @Test
  default void aLeadThatHasEndedIsAnotherOneWhenItIsTakenAgain() {
    long first = now(lease().take("k", "a", 100, LeaderLease.NONE));
    pass(200);

    assertThat(now(lease().take("k", "a", LONG_MS, first))).isGreaterThan(first);
  }

  @Test
  default void aServerThatWasStartedAgainLeadsAtOnceUnderAnotherTerm() {
    long first = now(lease().take("k", "a", LONG_MS, LeaderLease.NONE));

    assertThat(now(lease().take("k", "a", LONG_MS, LeaderLease.NONE))).isGreaterThan(first);
  }
}
