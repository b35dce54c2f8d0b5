package io.mirrorneuron.app;

import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis goes away under a running server and comes back. */
@Timeout(180)
@Whole
class RedisAwayIT {
  @TempDir Path folder;

  @Test
  void aServerInOneProcessSaysSoAndGoesOnAfterwards() {
    new RedisOutage(folder).ends(ApiUnderTest::whole);
  }
}
