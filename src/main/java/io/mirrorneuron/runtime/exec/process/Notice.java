package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.ProcessLimits.ExceededLimit;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** An event for an execution that waits. */
public sealed interface Notice {
  /** The pool granted its slots. */
  record Granted() implements Notice {}

  /** The disks have room again. */
  record Room() implements Notice {}

  /** The shared preparation is finished, or it is this execution's turn: {@link SharedWork}. */
  record Prepared(Preparation result) implements Notice {}

  /**
   * Request to stop the execution.
   *
   * @param atOnce without a grace period
   */
  record Stop(boolean atOnce) implements Notice {}

  /** The program exceeded a limit and is to be ended at once. */
  record Exceeded(ExceededLimit excess) implements Notice {}

  record Beacon(ObjectNode payload) implements Notice {}

  /** A beacon is held back by the rate limit: see {@link PrintedBeacons#next}. */
  record BeaconHeld() implements Notice {}

  /**
   * The program, not necessarily its children, ended.
   *
   * @param drained whether both output streams have ended, too
   */
  record Exited(boolean drained) implements Notice {}

  /** Both output streams ended, later than the program. */
  record Drained() implements Notice {}

  /**
   * The queue of notices: filled from any thread, read by the thread of the execution. Bounded in
   * practice, since each kind comes once at a time or at a limited rate.
   */
  final class Inbox {
    private final BlockingQueue<Notice> queue = new LinkedBlockingQueue<>();

    /** Whether a stop is queued. */
    private final AtomicBoolean stopped = new AtomicBoolean();

    public void put(Notice notice) {
      boolean known =
          notice instanceof Stop(boolean atOnce) && !atOnce && !stopped.compareAndSet(false, true);
      if (!known) {
        queue.add(notice);
      }
    }

    /** The next notice, or null at the deadline. Blocking. */
    public Notice await(Deadline deadline) {
      try {
        Notice next =
            deadline.isNever()
                ? queue.take() // A timed wait costs a timer.
                : queue.poll(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        if (next instanceof Stop) {
          stopped.set(false);
        }
        return next;
      } catch (InterruptedException e) {
        // Never expected: executions are stopped by a notice.
        throw new IllegalStateException("execution thread was interrupted", e);
      }
    }
  }
}
