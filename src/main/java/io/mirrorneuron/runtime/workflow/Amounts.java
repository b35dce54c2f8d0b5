package io.mirrorneuron.runtime.workflow;

import java.math.BigDecimal;

/**
 * What can be divided: of a machine, of what is given out, or of a request. Whole numbers, so that
 * sums are exact.
 *
 * @param cpuMillis thousandths of a core
 * @param memoryMb of 1024 x 1024 bytes
 * @param diskMb of 1024 x 1024 bytes
 */
public record Amounts(long cpuMillis, long memoryMb, long diskMb) {
  public static final Amounts NONE = new Amounts(0, 0, 0);

  public Amounts plus(Amounts other) {
    return new Amounts(
        cpuMillis + other.cpuMillis, memoryMb + other.memoryMb, diskMb + other.diskMb);
  }

  public Amounts minus(Amounts other) {
    return new Amounts(
        cpuMillis - other.cpuMillis, memoryMb - other.memoryMb, diskMb - other.diskMb);
  }

  /** Whether all of it is there at once. */
  public boolean fitsIn(Amounts there) {
    return cpuMillis <= there.cpuMillis && memoryMb <= there.memoryMb && diskMb <= there.diskMb;
  }

  /** Thousandths of a core for people: {@code 0.5}. */
  public static String cores(long millis) {
    return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
  }
}
