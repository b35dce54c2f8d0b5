package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The beacons of one program on their way from its output to the engine, which writes each down: a
 * burst, and then so many a second. Of those that come faster the newest is kept for the next
 * moment, and says as {@code beacons_dropped} how many before it were dropped. However many a
 * program prints, one is kept here. Thread-safe.
 */
public final class PrintedBeacons {
  /** Beacons that may come in a row before the rate is limited. */
  public static final int BURST = 20;

  private final Notice.Inbox inbox;
  private final long interval;
  private final LongSupplier nanos;

  /** When as many as a burst may come again; before, fewer. */
  private long rested;

  private long lastPrinted;
  private ObjectNode held;
  private long dropped;

  /**
   * @param perSecond how many are let through in the long run
   * @param nanos the monotonic clock
   */
  public PrintedBeacons(Notice.Inbox inbox, int perSecond, LongSupplier nanos) {
    this.inbox = inbox;
    this.interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.nanos = nanos;
    this.rested = nanos.getAsLong();
    this.lastPrinted = rested;
  }

  /** What the program has just printed. */
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

  /** The one that was held, when its time has come. */
  synchronized Optional<ObjectNode> due() {
    return held == null || untilNext() > 0 ? Optional.empty() : Optional.of(pass());
  }

  /** The one that is held; the program has ended. */
  public synchronized Optional<ObjectNode> last() {
    return held == null ? Optional.empty() : Optional.of(pass());
  }

  /** When to ask for {@link #due} again. */
  synchronized Deadline next() {
    return held == null ? Deadline.NEVER : new Deadline(nanos.getAsLong() + untilNext(), false);
  }

  /** When the program spoke last, or was started: nanoseconds of the monotonic clock. */
  synchronized long lastPrinted() {
    return lastPrinted;
  }

  /** Nanoseconds until one may pass; less than one when it may. */
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
