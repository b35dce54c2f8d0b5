package io.mirrorneuron.app;

import io.mirrorneuron.testing.Proof;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Redis goes away, or stands still, under servers of each kind; one of them is in {@link
 * RedisAwayIT}.
 */
@Timeout(180)
@Proof.Cluster
class RedisOutagesIT {
  @TempDir Path folder;

  @Test
  void aGatewayBeforeARuntimeSaysSoAndGoesOnAfterwards() {
    new RedisOutage(folder).ends(ApiUnderTest::split);
  }

  @Test
  void aRedisThatStandsStillIsNotWaitedForLong() {
    new RedisOutage(folder).standsStill(ApiUnderTest::whole);
  }

  @Test
  void norIsOneBehindARuntimeElsewhere() {
    new RedisOutage(folder).standsStill(ApiUnderTest::split);
  }
}
