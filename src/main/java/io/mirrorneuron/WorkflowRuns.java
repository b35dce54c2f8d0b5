package io.mirrorneuron;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.SubmittedJob;
import java.time.Duration;

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
}
