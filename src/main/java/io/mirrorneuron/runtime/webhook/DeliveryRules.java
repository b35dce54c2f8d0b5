package io.mirrorneuron.runtime.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.store.DeliveryQueue.Fate;
import io.mirrorneuron.store.DeliveryQueue.Verdict;
import io.mirrorneuron.wire.Json;
import java.time.Duration;

/** Decides what follows from a try of a delivery. Pure. */
final class DeliveryRules {
  /** Most tries of a delivery; all within a day. */
  static final int MOST_TRIES = 10;

  /** Timeout of a target's answer. */
  static final long PATIENCE_MS = 10_000;

  /** Longest duration of a try, with the steps before and after it. */
  private static final long AROUND_MS = 2 * PATIENCE_MS;

  /** Pauses between tries. */
  private static final Duration[] WAITS = {
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(2),
    Duration.ofMinutes(10),
    Duration.ofMinutes(30),
    Duration.ofHours(1),
    Duration.ofHours(2),
    Duration.ofHours(5),
    Duration.ofHours(10)
  };

  /** Most relative extension of a pause, so that retries do not come all at the same moment. */
  private static final double JITTER = 0.25;

  private static final String GIVEN_UP = "none of %d tries was a success; the last one: %s";

  private DeliveryRules() {}

  /**
   * The pause before the next try, in milliseconds.
   *
   * @param tries made so far, at least 1
   * @param chance from 0 to 1
   */
  static long pause(int tries, double chance) {
    long least = WAITS[Math.min(tries, WAITS.length) - 1].toMillis();
    return least + (long) (least * JITTER * chance);
  }

  /**
   * How long no other server tries a running delivery: until its try is over for sure, and then the
   * pause after a failure.
   *
   * @param tries with this one
   */
  static long alone(int tries, double chance) {
    return AROUND_MS + pause(tries, chance);
  }

  /**
   * @param tries with the answered one
   * @param triedAt ISO text
   */
  static Verdict after(int tries, DeliveryOutcome answer, String triedAt, double chance) {
    String note =
        Json.write(
            new DeliveryNote(
                triedAt,
                answer.status() == 0 ? null : answer.status(),
                orNull(answer.error()),
                orNull(answer.excerpt())));
    if (answer.isWell()) {
      return new Verdict(Fate.DELIVERED, note, 0, "");
    }
    if (answer.isGone()) {
      return new Verdict(Fate.DISABLED, note, 0, "it answered 410: it wants nothing more");
    }
    return tries < MOST_TRIES
        ? new Verdict(Fate.RETRY, note, pause(tries, chance), "")
        : new Verdict(Fate.DEAD, note, 0, GIVEN_UP.formatted(MOST_TRIES, answer.error()));
  }

  private static String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  /** Verdict on a last try whose server died before the outcome was known. */
  static Verdict lost(String now) {
    DeliveryOutcome nothing = new DeliveryOutcome(0, "the server ended before it was answered", "");
    return after(MOST_TRIES, nothing, now, 0);
  }

  /**
   * Outcome of a try.
   *
   * @param status of the answer; 0 without an answer
   * @param error empty on success
   * @param excerpt beginning of an error's body; empty for none
   */
  record DeliveryOutcome(int status, String error, String excerpt) {
    private static final int GONE = 410;

    boolean isWell() {
      return status >= 200 && status < 300;
    }

    /** The target wants no further deliveries, ever. */
    boolean isGone() {
      return status == GONE;
    }
  }

  /** The stored outcome of a delivery's last try; absent values are null. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record DeliveryNote(String at, Integer status, String error, String answer) {
    static final DeliveryNote NONE = new DeliveryNote(null, null, null, null);
  }
}
