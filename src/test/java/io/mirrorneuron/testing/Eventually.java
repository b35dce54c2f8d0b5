package io.mirrorneuron.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads will soon have done. */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int STEPS = 5000;

  private Eventually() {}

  /** Returns once the condition holds; an assertion error after ten seconds. */
  public static void eventually(String what, BooleanSupplier condition) {
    eventually(what, PATIENCE, condition);
  }

  /** Returns once the condition holds; an assertion error when patience is at its end. */
  public static void eventually(String what, Duration patience, BooleanSupplier condition) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never happened: " + what);
      }
      LockSupport.parkNanos(patience.toNanos() / STEPS);
    }
  }
}
