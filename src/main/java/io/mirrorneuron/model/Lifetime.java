package io.mirrorneuron.model;

import java.util.Collection;

/**
 * How long a server that is silent counts as alive, as {@code cluster.silence_ms} says it, and all
 * that follows from that. Every server on one Redis has the same.
 *
 * <pre>
 * part   of 15 s   what
 * 1/3    5 s       from one heartbeat to the next; between two looks for what is due, 5 s at most
 * 2/3    10 s      so long a server believes that it lives: the rest is for ending its work
 * 2/3    10 s      so long the heir of a job, or who was given one, has to take it
 * 2/3    10 s      so long a server that was not reached is given no programs, 10 s at most
 * 2/3    10 s      so long a lead lasts; seven tenths of that its holder trusts it
 * 1/5    3 s       from one asking for a lead to the next, 3 s at most
 * 1/5    3 s       so long Redis may owe an answer: see {@link #LEAST_ANSWERS}
 * </pre>
 *
 * @param ms after so many milliseconds without a heartbeat a server is dead
 */
public record Lifetime(long ms) {
  /** Default, also of servers without this setting. */
  public static final Lifetime DEFAULT = new Lifetime(15_000);

  public static final long LEAST_MS = 3_000;
  public static final long MOST_MS = 600_000;

  /**
   * So many answers of Redis that come at the last moment fit in at least. A heartbeat is sent
   * after a third; when it is not answered in a fifth, which is noticed within a quarter, it is
   * sent again and arrives before two thirds are over.
   */
  public static final int LEAST_ANSWERS = 5;

  /**
   * The same where another Redis takes over by itself, which takes 5 s at most: a heartbeat that
   * fell into it is answered before two thirds are over.
   */
  public static final long LEAST_WITH_FAILOVER_MS = 15_000;

  private static final long LONGEST_PAUSE_MS = 500;
  private static final long LONGEST_LOOK_MS = 250;
  private static final long LONGEST_SCAN_MS = 5_000;
  private static final long LONGEST_ASK_MS = 3_000;
  private static final long LONGEST_AVOIDED_MS = 10_000;

  /** Interval of heartbeats. */
  public long beatMs() {
    return ms / 3;
  }

  /** Delay after a failed heartbeat. */
  public long retryMs() {
    return Math.min(LONGEST_PAUSE_MS, ms / 30);
  }

  /** How long a server may believe that others consider it alive. */
  public long leaseMs() {
    return ms * 2 / 3;
  }

  /** How often a server looks whether it may still believe it: one that stood still notices. */
  public long leaseLookMs() {
    return Math.min(LONGEST_LOOK_MS, ms / 60);
  }

  /** Time for the chosen server to take a job before another server does. */
  public long patienceMs() {
    return ms * 2 / 3;
  }

  /** How long an unreachable server gets no programs of other servers. */
  public long avoidedMs() {
    return Math.min(LONGEST_AVOIDED_MS, ms * 2 / 3);
  }

  /** Duration of a leader's lease without renewal. */
  public long leadMs() {
    return ms * 2 / 3;
  }

  /** How long the leader trusts its lease: less, as clocks drift. */
  public long trustedLeadMs() {
    return leadMs() * 7 / 10;
  }

  /** Interval of requests for the lead. */
  public long leadAskMs() {
    return Math.min(LONGEST_ASK_MS, ms / 5);
  }

  /** Longest time that a lease can last without renewal. */
  public long silentLeadMs() {
    return leadMs() + leadAskMs();
  }

  /** Interval of scans for due work. */
  public long scanMs() {
    return Math.min(LONGEST_SCAN_MS, ms / 3);
  }

  /** In seconds, for people. */
  public String words() {
    return (ms % 1000 == 0 ? String.valueOf(ms / 1000) : String.valueOf(ms / 1000.0)) + " s";
  }

  /**
   * That servers with another lifetime are alive.
   *
   * @param self the name of the server that has this one
   * @param kept theirs, in milliseconds
   * @param others their names
   */
  public MnException refused(String self, long kept, Collection<String> others) {
    return new MnException(
        ErrorCode.CONFLICT,
        "other_silence_ms",
        ("cluster.silence_ms is %s at %s and %s at the servers that are alive on its Redis (%s):"
                + " start %s with MN_CLUSTER_SILENCE_MS=%d%s, or stop them all and start all with %d; one that died a moment ago counts as"
                + " alive for %s")
            .formatted(
                value(ms),
                self,
                value(kept),
                String.join(", ", others),
                self,
                kept,
                kept < DEFAULT.ms
                    ? " and a redis.timeout_ms of at most " + kept / LEAST_ANSWERS
                    : "",
                ms,
                new Lifetime(kept).words()));
  }

  private static String value(long ms) {
    return ms == DEFAULT.ms ? ms + ", the default," : String.valueOf(ms);
  }
}
