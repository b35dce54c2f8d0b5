package io.mirrorneuron.runtime.exec.log;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much of what one program prints is written: so many lines a second, some more at first and
 * after a rest, and so many bytes in all. Not thread-safe.
 */
final class LogAllowance {
  /** Seconds without lines that are made up for. */
  private static final int BURST_SECONDS = 10;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int perSecond;
  private final LongSupplier nanos;
  private long bytes;
  private long lines;
  private long counted;

  /**
   * @param maxBytes of all lines, as their records have them
   * @param nanos the monotonic clock
   */
  LogAllowance(int perSecond, long maxBytes, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.bytes = maxBytes;
    this.nanos = nanos;
    this.lines = (long) BURST_SECONDS * perSecond;
    this.counted = nanos.getAsLong();
  }

  /** Looks at the clock: for a row of lines that came together, once. */
  void look() {
    if (lines <= 0) {
      refill();
    }
  }

  /** Whether a line would be refused now. */
  boolean isSpent() {
    return bytes <= 0 || lines <= 0;
  }

  /** Whether a line of so many bytes may be written, which then counts. */
  boolean take(long size) {
    if (isSpent()) {
      return false;
    }
    lines--;
    bytes -= size;
    return true;
  }

  /** Whether all bytes that a program may write are written. */
  boolean isAtItsEnd() {
    return bytes <= 0;
  }

  /** Only whole seconds count, so that lines are left out in a few long rows. */
  private void refill() {
    long seconds = (nanos.getAsLong() - counted) / SECOND;
    counted += seconds * SECOND;
    lines = Math.min((long) BURST_SECONDS * perSecond, lines + seconds * perSecond);
  }
}
