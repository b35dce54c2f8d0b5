package io.mirrorneuron.app;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Where ids come from. Thread-safe. */
final class Ids {
  private static final HexFormat HEX = HexFormat.of();

  private final Clock clock;
  private final SecureRandom random;

  Ids(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /** {@code <milliseconds>-<12 hex digits>}: sortable, and never the same twice. */
  String jobSuffix() {
    return clock.millis() + "-" + HEX.toHexDigits(random.nextLong(), 12);
  }

  /** 32 hex digits that nobody can guess. */
  String secret() {
    return HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong());
  }

  /** Enough to find one request in a log; it guards nothing, so the cheap source will do. */
  String request() {
    return HEX.toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
