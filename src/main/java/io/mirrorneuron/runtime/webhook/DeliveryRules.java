package io.mirrorneuron.runtime.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.store.DeliveryQueue.Fate;
import io.mirrorneuron.store.DeliveryQueue.Verdict;
import io.mirrorneuron.wire.Json;
import java.time.Duration;

/** What is done after a try of a delivery. Pure. */
final class DeliveryRules {
  /** So often a delivery is tried; all within a day. */
  static final int MOST_TRIES = 10;

  /** How long a target may take to answer. */
  static final long PATIENCE_MS = 10_000;

  /** Longest that an attempt lasts, with what goes before and comes after it. */
  private static final long AROUND_MS = 2 * PATIENCE_MS;

  /** Between one try and the next. */
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

  /** Waits are longer by at most this part, so that not all come back at the same moment. */
  private static final double JITTER = 0.25;

  private static final String GIVEN_UP = "none of %d tries was a success; the last one: %s";

  private DeliveryRules() {}

  /**
   * How long the next try waits.
   *
   * @param tries that were made, 1 at least
   * @param chance from 0 to 1
   * @return milliseconds
   */
  static long pause(int tries, double chance) {
    long least = WAITS[Math.min(tries, WAITS.length) - 1].toMillis();
    return least + (long) (least * JITTER * chance);
  }

  /**
   * How long nobody else tries what is being tried: until it is over for sure, and then as if it
   * had failed.
   *
   * @param tries with this one
   */
  static long alone(int tries, double chance) {
    return AROUND_MS + pause(tries, chance);
  }

  /**
   * @param tries with the one that was answered
   * @param triedAt ISO text
   */
  static Verdict after(int tries, TryAnswer answer, String triedAt, double chance) {
    String note =
        Json.write(
            new TryNote(
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

  /** Of what was tried for the last time by a server that did not live to say what came of it. */
  static Verdict lost(String now) {
    TryAnswer nothing = new TryAnswer(0, "the server ended before it was answered", "");
    return after(MOST_TRIES, nothing, now, 0);
  }

  /**
   * What came of a try.
   *
   * @param status that the target answered; 0 when it did not answer
   * @param error why it is no success; empty when it is one
   * @param excerpt the beginning of the body that came with an error; empty for none
   */
  record TryAnswer(int status, String error, String excerpt) {
    private static final int GONE = 410;

    boolean isWell() {
      return status >= 200 && status < 300;
    }

    /** The target wants nothing more, ever. */
    boolean isGone() {
      return status == GONE;
    }
  }

  /** What is kept of the last try of a delivery; null for what there is not. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TryNote(String at, Integer status, String error, String answer) {
    static final TryNote NONE = new TryNote(null, null, null, null);
  }
}
