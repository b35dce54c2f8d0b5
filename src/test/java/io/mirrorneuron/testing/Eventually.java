package io.mirrorneuron.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads will soon have done. */
public final class Eventually {
  private static final long DEADLINE = Duration.ofSeconds(10).toNanos();
  private static final long STEP = Duration.ofMillis(2).toNanos();

  private Eventually() {}

  /** Returns once the condition holds; an assertion error after ten seconds. */
  public static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + DEADLINE;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never happened: " + what);
      }
      LockSupport.parkNanos(STEP);
    }
  }
}
