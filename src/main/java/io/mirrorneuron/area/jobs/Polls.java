package io.mirrorneuron.area.jobs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells who asks for a job every few milliseconds, and so waits for its end without saying it. Such
 * a reader is better served by an answer at the end than by many that are the same: each costs as
 * much as a step of the job. One who reads without a pause between answer and question wants many
 * answers, and one who reads now and then wants them at once.
 */
final class Polls {
  /** How long a reader is kept who would ask again at once. */
  static final Duration PATIENCE = Duration.ofMillis(50);

  private static final Duration SOONEST = Duration.ofMillis(1);
  private static final Duration LATEST = Duration.ofMillis(20);
  private static final int JOBS = 4096;

  private final LongSupplier nanoTime;
  private final Cache<String, Long> answered =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(JOBS).build();

  Polls(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** How long to wait for the end of a job that is asked for now; zero for a first look. */
  Duration patience(String jobId) {
    Long last = answered.getIfPresent(jobId);
    return last != null && isPoll(nanoTime.getAsLong() - last) ? PATIENCE : Duration.ZERO;
  }

  private static boolean isPoll(long pause) {
    return pause >= SOONEST.toNanos() && pause <= LATEST.toNanos();
  }

  /** A reader has been told how far the job is. */
  void answered(String jobId) {
    answered.put(jobId, nanoTime.getAsLong());
  }
}
