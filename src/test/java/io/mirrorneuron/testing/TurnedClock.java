package io.mirrorneuron.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that a test turns by hand; it stands still meanwhile, or runs on. */
public final class TurnedClock extends Clock {
  private final Clock base;
  private volatile Duration turned = Duration.ZERO;

  /** It stands still. */
  public TurnedClock(Instant now) {
    this(Clock.fixed(now, ZoneOffset.UTC));
  }

  /** It goes as that one goes. */
  public TurnedClock(Clock base) {
    this.base = base;
  }

  public void turn(Duration on) {
    turned = turned.plus(on);
  }

  @Override
  public Instant instant() {
    return base.instant().plus(turned);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("it is only turned");
  }
}
