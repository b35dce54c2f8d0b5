package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every lease of leaders promises. */
public interface LeaderLeaseContract {
  long LONG_MS = 60_000;

  LeaderLease lease();

  /** Lets so much time go by for the lease. */
  void pass(long millis);

  private static <T> T now(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private long take(String kind, String owner, long lastsMs, long term) {
    return now(lease().take(kind, owner, lastsMs, term, "")).term();
  }

  @Test
  default void oneLeadsUntilItLeaves() {
    long first = take("k", "a", LONG_MS, LeaderLease.NONE);
    assertThat(first).isPositive();
    assertThat(take("k", "b", LONG_MS, LeaderLease.NONE)).isZero();
    assertThat(take("k", "a", LONG_MS, first)).isEqualTo(first);
    assertThat(take("other", "b", LONG_MS, LeaderLease.NONE)).isPositive();

    now(lease().leave("k", "b", first));
    assertThat(take("k", "b", LONG_MS, LeaderLease.NONE)).isZero();
    now(lease().leave("k", "a", first));
    assertThat(take("k", "b", LONG_MS, LeaderLease.NONE)).isGreaterThan(first);
  }

  /** Else what it has written on the way would be taken for its own. */
  @Test
  default void aLeadThatHasEndedIsAnotherOneWhenItIsTakenAgain() {
    long first = take("k", "a", 100, LeaderLease.NONE);
    pass(200);

    assertThat(take("k", "a", LONG_MS, first)).isGreaterThan(first);
  }

  @Test
  default void aServerThatWasStartedAgainLeadsAtOnceUnderAnotherTerm() {
    long first = take("k", "a", LONG_MS, LeaderLease.NONE);

    assertThat(take("k", "a", LONG_MS, LeaderLease.NONE)).isGreaterThan(first);
  }

  /** Its end lies an hour ahead of the clock, then, and nobody would lead for an hour. */
  @Test
  default void aLeaseThatNobodyKeepsMayBeTakenWhenTheClockWasSetBack() {
    long first = take("k", "a", LONG_MS, LeaderLease.NONE);
    pass(-3_600_000);
    LeaderLease.Answer refused = now(lease().take("k", "b", LONG_MS, LeaderLease.NONE, ""));
    assertThat(refused.term()).isZero();
    assertThat(now(lease().take("k", "b", LONG_MS, LeaderLease.NONE, "another")))
        .isEqualTo(refused);

    LeaderLease.Answer taken =
        now(lease().take("k", "b", LONG_MS, LeaderLease.NONE, refused.other()));
    assertThat(taken.term()).isGreaterThan(first);
    assertThat(taken.other()).isEmpty();
    assertThat(take("k", "a", LONG_MS, first)).isZero();
    pass(LONG_MS + 1);
    assertThat(take("k", "a", LONG_MS, first)).isGreaterThan(taken.term());
  }

  @Test
  default void aLeaseThatWasKeptIsNoneThatHasEnded() {
    long first = take("k", "a", LONG_MS, LeaderLease.NONE);
    pass(20);
    LeaderLease.Answer seen = now(lease().take("k", "b", LONG_MS, LeaderLease.NONE, ""));
    assertThat(take("k", "a", LONG_MS, first)).isEqualTo(first);

    LeaderLease.Answer later = now(lease().take("k", "b", LONG_MS, LeaderLease.NONE, seen.other()));
    assertThat(later.term()).isZero();
    assertThat(later.other()).isNotEqualTo(seen.other());
  }
}
