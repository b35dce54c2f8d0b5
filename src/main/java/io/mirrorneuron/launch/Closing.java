package io.mirrorneuron.launch;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets launches wait until the server ends. */
final class Closing implements LaunchPorts.Patience {
  private final CountDownLatch end = new CountDownLatch(1);

  void close() {
    end.countDown();
  }

  @Override
  public boolean await(Duration time) {
    try {
      return !end.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public boolean isOver() {
    return end.getCount() == 0;
  }
}
