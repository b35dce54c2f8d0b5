package io.mirrorneuron.server;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Generates ids. Thread-safe. */
public final class IdSource {
  private static final HexFormat HEX = HexFormat.of();

  private final Clock clock;
  private final SecureRandom random;

  public IdSource(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /** {@code <milliseconds>-<12 hex digits>}: sortable, and never the same twice. */
  public String jobSuffix() {
    return clock.millis() + "-" + HEX.toHexDigits(random.nextLong(), 12);
  }

  /** 32 random hex digits, unguessable. */
  public String secret() {
    return HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong());
  }

  /** An id for the log; not secret, so a cheap random source is used. */
  public String request() {
    return HEX.toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
