package io.mirrorneuron.testing;

import java.lang.StackWalker.Option;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * The seeds with which a simulation plays its histories: one after the other from the first. These
 * system properties hold for all simulations:
 *
 * <ul>
 *   <li>{@code seeds.scale} multiplies how many there are (1 unless told otherwise);
 *   <li>{@code seeds.count} says how many there are, whatever the scale;
 *   <li>{@code seeds.first} is the first one (1 unless told otherwise), or {@code daily}: the days
 *       since 2026-01-01 times a million, so that each day has histories of its own.
 * </ul>
 *
 * Safe for use by several threads: it does not change.
 */
public final class Seeds {
  /** What is asked of the history of a seed. */
  @FunctionalInterface
  public interface Check {
    void check(long seed) throws Exception;
  }

  private static final LocalDate DAY_ZERO = LocalDate.of(2026, 1, 1);
  private static final long SEEDS_OF_A_DAY = 1_000_000;
  private static final long FIRST = first();

  private final String test;
  private final int count;

  private Seeds(String test, int count) {
    this.test = test;
    this.count = count;
  }

  private static long first() {
    String told = System.getProperty("seeds.first", "1");
    if (!told.equals("daily")) {
      return Long.parseLong(told);
    }
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    long seed = ChronoUnit.DAYS.between(DAY_ZERO, today) * SEEDS_OF_A_DAY;
    System.out.println("The seeds of " + today + ": -Dseeds.first=" + seed);
    return seed;
  }

  /**
   * The seeds of the test class that asks.
   *
   * @param number how many there are at scale 1; at any other scale at least one
   */
  public static Seeds of(int number) {
    double scale = Double.parseDouble(System.getProperty("seeds.scale", "1"));
    int scaled = (int) Math.max(1, Math.round(number * scale));
    Class<?> caller = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE).getCallerClass();
    return new Seeds(caller.getSimpleName(), Integer.getInteger("seeds.count", scaled));
  }

  /** The seed of a test that plays one long history; printed, with how to play it again. */
  public static long one() {
    Class<?> caller = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE).getCallerClass();
    System.out.println(test(caller.getSimpleName()) + " -Dseeds.first=" + FIRST);
    return FIRST;
  }

  /**
   * Shows that the check fails where it should: it has to for one of the first seeds. They are the
   * same ones whatever the properties say, as chance must not decide whether a mistake is found.
   *
   * @param most how many seeds are tried, from 1
   * @return how it fails first
   */
  public static AssertionError find(int most, Check check) throws Exception {
    return find(1, most, check);
  }

  /**
   * The same for a mistake that is rare.
   *
   * @param from the seed that finds it now; earlier ones only take time
   */
  public static AssertionError find(long from, int most, Check check) throws Exception {
    for (long seed = from; seed < from + most; seed++) {
      try {
        check.check(seed);
      } catch (AssertionError found) {
        return found;
      }
    }
    throw new AssertionError("none of " + most + " seeds finds it");
  }

  /** Checks each of them; the first that fails is told with how to play it again. */
  public void each(Check check) {
    for (long seed = FIRST; seed < FIRST + count; seed++) {
      Tally.count("histories", 1);
      try {
        check.check(seed);
      } catch (Throwable e) {
        String again = "%s -Dseeds.first=%d -Dseeds.count=1".formatted(test(test), seed);
        throw new AssertionError("seed " + seed + " failed; replay with " + again, e);
      }
    }
  }

  public int count() {
    return count;
  }

  /** Whether there are so many that what happens by chance can be asked for. */
  public boolean atLeast(int number) {
    return count >= number;
  }

  private static String test(String name) {
    return (name.endsWith("Test") ? "-Dtest=" : "-Dit.test=") + name;
  }
}
