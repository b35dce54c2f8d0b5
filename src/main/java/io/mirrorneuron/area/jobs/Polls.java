package io.mirrorneuron.area.jobs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells who asks for a job every few milliseconds, and so waits for its end without saying it. Such
 * a reader is better served by an answer at the end than by many that are the same: each costs as
 * much as a step of the job, or more when it has many agents. Who has asked for long is kept
 * longer. One who reads without a pause between answer and question wants many answers, and one who
 * reads now and then wants them at once. Thread-safe.
 */
final class Polls {
  /** How long a reader is kept at first who would ask again at once. */
  static final Duration PATIENCE = Duration.ofMillis(50);

  /** How long one is kept at most. */
  static final Duration LONGEST = Duration.ofMillis(200);

  /** This part of the time since the first answer is added. */
  private static final int PART = 4;

  private static final Duration SOONEST = Duration.ofMillis(1);
  private static final Duration LATEST = Duration.ofMillis(20);
  private static final int JOBS = 4096;

  private final LongSupplier nanoTime;
  private final Cache<String, Row> rows =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(JOBS).build();

  Polls(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * How long to wait for the end of a job that is asked for now; zero for a first look, with which
   * a new row of looks begins.
   */
  Duration patience(String jobId) {
    Row row = rows.getIfPresent(jobId);
    if (row == null) {
      return Duration.ZERO;
    }
    if (!isPoll(nanoTime.getAsLong() - row.last)) {
      rows.invalidate(jobId);
      return Duration.ZERO;
    }
    Duration longer = PATIENCE.plusNanos((row.last - row.first) / PART);
    return longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
  }

  private static boolean isPoll(long pause) {
    return pause >= SOONEST.toNanos() && pause <= LATEST.toNanos();
  }

  /** A reader has been told how far the job is. */
  void answered(String jobId) {
    long now = nanoTime.getAsLong();
    rows.asMap().compute(jobId, (id, row) -> new Row(row == null ? now : row.first, now));
  }

  /** When the first and the last look of a row were answered. */
  private record Row(long first, long last) {}
}
