package io.mirrorneuron.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LifetimeTest {
  /** A connection that is lost is made anew after so long. */
  private static final long RECONNECT_MS = 100;

  private static final long FAILOVER_MS = 5_000;

  @Test
  void byDefaultAllIsAsItWasBeforeItCouldBeSet() {
    Lifetime usual = Lifetime.DEFAULT;

    assertThat(usual.ms()).isEqualTo(15_000);
    assertThat(usual.beatMs()).isEqualTo(5_000);
    assertThat(usual.retryMs()).isEqualTo(500);
    assertThat(usual.leaseMs()).isEqualTo(10_000);
    assertThat(usual.leaseLookMs()).isEqualTo(250);
    assertThat(usual.patienceMs()).isEqualTo(10_000);
    assertThat(usual.leadMs()).isEqualTo(10_000);
    assertThat(usual.trustedLeadMs()).isEqualTo(7_000);
    assertThat(usual.leadAskMs()).isEqualTo(3_000);
    assertThat(usual.silentLeadMs()).isEqualTo(13_000);
    assertThat(usual.scanMs()).isEqualTo(5_000);
    assertThat(usual.words()).isEqualTo("15 s");
  }

  private static Stream<Lifetime> some() {
    return LongStream.of(Lifetime.LEAST_MS, 4_567, 6_000, 15_000, 60_000, Lifetime.MOST_MS)
        .mapToObj(Lifetime::new);
  }

  /** Silence of Redis is noticed within a quarter more than the time-out. */
  @ParameterizedTest
  @MethodSource("some")
  void aHeartbeatThatIsNotAnsweredIsSentAgainBeforeTheLeaseEnds(Lifetime lifetime) {
    long timeout = lifetime.ms() / Lifetime.LEAST_ANSWERS;

    assertThat(lifetime.beatMs() + timeout * 5 / 4 + RECONNECT_MS + lifetime.retryMs())
        .isLessThan(lifetime.leaseMs());
  }

  @Test
  void aHeartbeatThatFallsIntoAFailOverIsAnsweredBeforeTheLeaseEnds() {
    Lifetime least = new Lifetime(Lifetime.LEAST_WITH_FAILOVER_MS);

    assertThat(least.beatMs() + FAILOVER_MS).isLessThanOrEqualTo(least.leaseMs());
  }

  @ParameterizedTest
  @MethodSource("some")
  void whoEndsItsWorkHasTimeForItBeforeOthersBegin(Lifetime lifetime) {
    assertThat(lifetime.leaseMs() + lifetime.leaseLookMs()).isLessThan(lifetime.ms());
    assertThat(lifetime.leadAskMs() + lifetime.leadAskMs()).isLessThan(lifetime.trustedLeadMs());
    assertThat(lifetime.trustedLeadMs()).isLessThan(lifetime.leadMs());
  }

  @Test
  void whatIsLookedAtStaysNearWhateverIsSet() {
    Lifetime longest = new Lifetime(Lifetime.MOST_MS);

    assertThat(longest.retryMs()).isEqualTo(500);
    assertThat(longest.leaseLookMs()).isEqualTo(250);
    assertThat(longest.leadAskMs()).isEqualTo(3_000);
    assertThat(longest.scanMs()).isEqualTo(5_000);
  }

  @Test
  void peopleAreReportedSeconds() {
    assertThat(new Lifetime(3_000).words()).isEqualTo("3 s");
    assertThat(new Lifetime(4_500).words()).isEqualTo("4.5 s");
  }

  @Test
  void aRefusalNamesBothValuesAndWhoHasTheOther() {
    assertThat(new Lifetime(3_000).refused("mn@c", 15_000, List.of("mn@a", "mn@b")).getMessage())
        .isEqualTo(
            "cluster.silence_ms is 3000 at mn@c and 15000, the default, at the servers that are"
                + " alive on its Redis (mn@a, mn@b): start mn@c with MN_CLUSTER_SILENCE_MS=15000, or"
                + " stop them all and start all with 3000; one that died a moment ago counts as"
                + " alive for 15 s");
    assertThat(Lifetime.DEFAULT.refused("mn@c", 3_000, List.of("mn@a")).getMessage())
        .contains(
            "start mn@c with MN_CLUSTER_SILENCE_MS=3000 and a redis.timeout_ms of at most 600,");
  }
}
