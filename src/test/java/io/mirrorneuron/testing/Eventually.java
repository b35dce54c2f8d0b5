package io.mirrorneuron.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for what other threads will soon have done. Looks each 2 ms at first, later each 50 ms, so
 * that a long wait takes nothing from whom it waits for.
 */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long SHORTEST_PAUSE_NANOS = 2_000_000;
  private static final long LONGEST_PAUSE_NANOS = 50_000_000;

  private Eventually() {}

  /** Returns once the condition holds; an assertion error after half a minute. */
  public static void eventually(String what, BooleanSupplier condition) {
    eventually(what, PATIENCE, condition);
  }

  /** Returns once the condition holds; an assertion error when patience is at its end. */
  public static void eventually(String what, Duration patience, BooleanSupplier condition) {
    eventually(what, patience, () -> "", seen -> condition.getAsBoolean());
  }

  /**
   * Returns once what is seen is as it is to be; an assertion error with it after half a minute.
   */
  public static void eventually(String what, Supplier<String> seen, Predicate<String> condition) {
    eventually(what, PATIENCE, seen, condition);
  }

  private static void eventually(
      String what, Duration patience, Supplier<String> looks, Predicate<String> condition) {
    long end = System.nanoTime() + patience.toNanos();
    long pause = SHORTEST_PAUSE_NANOS;
    String seen = looks.get();
    while (!condition.test(seen)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never happened: " + what + (seen.isEmpty() ? "" : ": " + seen));
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(pause + pause / 4, LONGEST_PAUSE_NANOS);
      seen = looks.get();
    }
  }
}
