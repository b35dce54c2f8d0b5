package io.mirrorneuron;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Workflows from their submission to their end; calls block. Thread-safe. */
public final class WorkflowRuns {
  /** The word of a job that goes on for longer than somebody wants to wait. */
  public static final String WAIT_TIMEOUT = "wait_timeout";

  private final JobsPort jobs;

  WorkflowRuns(JobsPort jobs) {
    this.jobs = jobs;
  }

  /**
   * Submits a workflow and, unless detached, waits for its end. A job that fails is no exception
   * but an outcome.
   *
   * @throws MnException INVALID or PRECONDITION when it cannot run; TIMEOUT with the word {@code
   *     wait_timeout} when it outlasts the timeout, and then goes on
   */
  public JobOutcome run(Submission submission, RunOptions options) throws InterruptedException {
    SubmittedJob job = jobs.submit(submission);
    if (options.await()) {
      followToEnd(job.jobId(), options.timeout());
    }
    return options.await() || options.json()
        ? JobOutcome.of(job.jobId(), jobs.get(job.jobId()), options.json())
        : JobOutcome.accepted(job.jobId(), job.status());
  }

  /**
   * Waits until a job has ended.
   *
   * @param timeout longest wait; zero means no limit
   * @throws MnException TIMEOUT with the word {@code wait_timeout}
   */
  public JobOutcome awaitEnd(String jobId, Duration timeout) throws InterruptedException {
    followToEnd(jobId, timeout);
    return outcome(jobId);
  }

  /** How far a job is now. */
  public JobOutcome outcome(String jobId) {
    return JobOutcome.of(jobId, jobs.get(jobId), false);
  }

  private void followToEnd(String jobId, Duration timeout) throws InterruptedException {
    EventPage last = jobs.lastEvents(jobId, 1);
    if (!last.ended()) {
      follow(jobId, last.next(), timeout, event -> {});
    }
  }

  /**
   * Tells a job's events from the one after {@code after} until its end, each once and in order. A
   * runtime that goes away meanwhile is waited for, a minute at most.
   *
   * @param after sequence number of the last event that is already known; 0 for all
   * @param timeout longest time to follow; zero means no limit
   * @throws MnException TIMEOUT with the word {@code wait_timeout}
   */
  public void follow(String jobId, long after, Duration timeout, JobListener listener)
      throws InterruptedException {
    new Follower(jobs, jobId, after, listener).run(timeout);
  }

  /**
   * Reads a job's events until its end: a cursor read repeated at every change. A runtime that
   * restarts meanwhile is waited for.
   */
  static final class Follower {
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
}
