package io.mirrorneuron;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads a job's events until its end: a cursor read repeated at every change. A runtime that
 * restarts meanwhile is waited for.
 */
final class Follower {
  private static final int PAGE = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final JobsPort jobs;
  private final String jobId;
  private final JobListener listener;
  private final Semaphore changes = new Semaphore(1);
  private long cursor;
  private boolean ended;
  private boolean answered;
  private long lastAnswer;

  Follower(JobsPort jobs, String jobId, long after, JobListener listener) {
    this.jobs = jobs;
    this.jobId = jobId;
    this.cursor = after;
    this.listener = listener;
  }

  /**
   * @param timeout zero means none
   * @throws MnException TIMEOUT with the word {@code wait_timeout} when the job outlasts it
   */
  void run(Duration timeout) throws InterruptedException {
    long begin = System.nanoTime();
    lastAnswer = begin;
    try (JobsPort.Subscription _ = jobs.watch(jobId, changes::release)) {
      while (!ended) {
        long limit = timeout.isPositive() ? timeout.toNanos() - since(begin) : Long.MAX_VALUE;
        if (!changes.tryAcquire(Math.min(limit, PATIENCE.toNanos()), TimeUnit.NANOSECONDS)
            && limit <= PATIENCE.toNanos()) {
          throw new MnException(
              ErrorCode.TIMEOUT,
              WorkflowRuns.WAIT_TIMEOUT,
              "job %s has not ended within %s s".formatted(jobId, timeout.toMillis() / 1000.0));
        }
        changes.drainPermits();
        readAll();
      }
    }
  }

  private void readAll() {
    try {
      EventPage page;
      do {
        page = jobs.events(jobId, cursor, PAGE);
        answered = true;
        lastAnswer = System.nanoTime();
        for (String event : page.events()) {
          listener.event(Json.parseObject(event, "event"));
        }
        cursor = page.next();
        ended = page.ended();
      } while (!ended && page.events().size() == PAGE);
    } catch (MnException e) {
      boolean mayComeBack = answered && since(lastAnswer) < PATIENCE.toNanos();
      if (!e.code().retryable() || !mayComeBack) {
        throw e;
      }
      listener.away(e); // the watch reports its attempts to connect, each brings the next read
    }
  }

  private static long since(long nanos) {
    return System.nanoTime() - nanos;
  }
}
