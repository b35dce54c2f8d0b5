package io.mirrorneuron.storage;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line a minute about the same trouble, however often it is met, and one when it is
 * over. Not thread-safe: all methods but {@link #leftOut} are called under the owner's lock.
 */
final class StorageLog {
  private static final Logger LOG = LoggerFactory.getLogger(Storage.class);
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Clock clock;
  private final LongAdder leftOut = new LongAdder();
  private long toldAt = Long.MIN_VALUE;
  private long since;
  private boolean troubled;
  private boolean told;

  StorageLog(Clock clock) {
    this.clock = clock;
  }

  /** Counts a refused request or write, which gets no line of its own. Any thread. */
  void leftOut() {
    leftOut.increment();
  }

  /**
   * @param trouble what is wrong now, or null
   */
  void changed(String trouble) {
    if (trouble != null && !troubled) {
      troubled = true;
      since = clock.millis();
      tell(trouble);
    } else if (trouble == null && troubled) {
      troubled = false;
      if (told) {
        told = false;
        LOG.info(
            "there is room on the disks again, after {} s; {} requests and writes were refused"
                + " since the last line",
            seconds(),
            leftOut.sumThenReset());
      }
    }
  }

  /** To be called at intervals. */
  void tick(String trouble) {
    if (trouble != null) {
      tell(trouble);
    }
  }

  private void tell(String trouble) {
    long now = clock.millis();
    if (toldAt != Long.MIN_VALUE && now - toldAt < PAUSE.toMillis()) {
      return;
    }
    toldAt = now;
    if (told) {
      LOG.warn(
          "for {} s by now: {}; {} requests and writes were refused since the last line",
          seconds(),
          trouble,
          leftOut.sumThenReset());
    } else {
      told = true;
      LOG.warn("no new work is accepted and no program started: {}", trouble);
    }
  }

  private long seconds() {
    return (clock.millis() - since) / 1000;
  }
}
