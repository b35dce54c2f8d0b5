package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Rate limit of the beacons of one program, since the engine stores each: a burst, then a number
 * per second. Of faster beacons the newest is held until the next may pass, with the number of
 * dropped ones as {@code beacons_dropped}. At most one beacon is held. Thread-safe.
 */
public final class PrintedBeacons {
  /** Beacons that may come in a row before the rate is limited. */
  public static final int BURST = 20;

  private final Notice.Inbox inbox;
  private final long interval;
  private final LongSupplier nanos;

  /** When a full burst may come again. */
  private long rested;

  private long lastPrinted;
  private ObjectNode held;
  private long dropped;

  /**
   * @param perSecond beacons that pass in the long run
   * @param nanos the monotonic clock
   */
  public PrintedBeacons(Notice.Inbox inbox, int perSecond, LongSupplier nanos) {
    this.inbox = inbox;
    this.interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.nanos = nanos;
    this.rested = nanos.getAsLong();
    this.lastPrinted = rested;
  }

  /** To be called for each printed beacon. */
  public synchronized void print(ObjectNode beacon) {
    lastPrinted = nanos.getAsLong();
    if (held != null) {
      dropped++;
    }
    boolean news = held == null;
    held = beacon;
    if (untilNext() <= 0) {
      inbox.put(new Notice.Beacon(pass()));
    } else if (news) {
      inbox.put(new Notice.BeaconHeld());
    }
  }

  /** The held beacon, when it may pass. */
  synchronized Optional<ObjectNode> due() {
    return held == null || untilNext() > 0 ? Optional.empty() : Optional.of(pass());
  }

  /** The held beacon, at the end of the program. */
  public synchronized Optional<ObjectNode> last() {
    return held == null ? Optional.empty() : Optional.of(pass());
  }

  /** When to call {@link #due} again. */
  synchronized Deadline next() {
    return held == null ? Deadline.NEVER : new Deadline(nanos.getAsLong() + untilNext(), false);
  }

  /** Time of the last printed beacon, or of the start: nanoseconds of the monotonic clock. */
  synchronized long lastPrinted() {
    return lastPrinted;
  }

  /** Nanoseconds until a beacon may pass; less than one if it may now. */
  private long untilNext() {
    return rested - nanos.getAsLong() - (BURST - 1) * interval;
  }

  private ObjectNode pass() {
    ObjectNode passing = held;
    held = null;
    rested = Math.max(rested, nanos.getAsLong()) + interval;
    if (dropped > 0) {
      passing.put(Signal.Beacon.DROPPED, dropped);
      dropped = 0;
    }
    return passing;
  }
}
