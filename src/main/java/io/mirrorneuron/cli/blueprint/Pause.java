package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.RunsClient;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The time between two polls. */
final class Pause {
  private static final double SHORTEST = 0.05;
  private static final double LONGEST = 86_400;

  private final long millis;

  /**
   * @param seconds as it was given with {@code --interval}
   * @throws picocli.CommandLine.ParameterException when it is no time to wait
   */
  Pause(RunsClient client, double seconds) {
    if (!(seconds >= SHORTEST && seconds <= LONGEST)) {
      throw client.misuse("--interval must be a number of seconds from 0.05 to 86400");
    }
    this.millis = Math.round(seconds * 1000);
  }

  void take() throws InterruptedException {
    new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }
}
