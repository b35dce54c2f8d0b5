package io.mirrorneuron.testing;

import java.lang.StackWalker.Option;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;

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
  private static final int MOST = 100_000_000;

  private final String test;
  private final long first;
  private final int count;

  private Seeds(String test, long first, int count) {
    this.test = test;
    this.first = first;
    this.count = count;
  }

  private static long first() {
    String reported = System.getProperty("seeds.first", "1");
    if (!reported.equals("daily")) {
      return whole("seeds.first", Long.MAX_VALUE - MOST).orElse(1);
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
   * @throws IllegalArgumentException when a property makes no sense: no test passes without a seed
   */
  public static Seeds of(int number) {
    long count =
        whole("seeds.count", MOST).orElse(Math.clamp(Math.round(number * scale()), 1, MOST));
    Class<?> caller = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE).getCallerClass();
    return new Seeds(caller.getSimpleName(), first(), (int) count);
  }

  private static double scale() {
    String reported = System.getProperty("seeds.scale", "1");
    if (!reported.matches("\\d{1,6}(\\.\\d{1,6})?") || Double.parseDouble(reported) == 0) {
      throw new IllegalArgumentException(
          "seeds.scale is a number above 0, such as 0.5 or 10, not " + reported);
    }
    return Double.parseDouble(reported);
  }

  private static OptionalLong whole(String property, long most) {
    String reported = System.getProperty(property);
    if (reported == null) {
      return OptionalLong.empty();
    }
    if (!reported.matches("\\d{1,18}")
        || Long.parseLong(reported) < 1
        || Long.parseLong(reported) > most) {
      throw new IllegalArgumentException(
          "%s is a whole number from 1 to %d, not %s".formatted(property, most, reported));
    }
    return OptionalLong.of(Long.parseLong(reported));
  }

  /** The seed of a test that plays one long history; printed, with how to play it again. */
  public static long one() {
    Class<?> caller = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE).getCallerClass();
    long seed = first();
    System.out.println(test(caller.getSimpleName()) + " -Dseeds.first=" + seed);
    return seed;
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
    for (long seed = first; seed < first + count; seed++) {
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
