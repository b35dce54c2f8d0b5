package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.ProcessLimits.Excess;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** What can happen to an execution while it waits. */
public sealed interface Notice {
  /** The pool gave its slots. */
  record Granted() implements Notice {}

  /** There is room on the disks again. */
  record Room() implements Notice {}

  /** What it waited for is there, or it is its turn to make it: {@link SharedWork}. */
  record Prepared(Preparation result) implements Notice {}

  /**
   * Somebody asked to stop it.
   *
   * @param atOnce without time to end by itself
   */
  record Stop(boolean atOnce) implements Notice {}

  /** The program and what it started have more than they may: it is to be ended at once. */
  record Exceeded(Excess excess) implements Notice {}

  record Beacon(ObjectNode payload) implements Notice {}

  /** The program prints beacons faster than they are taken: see {@link PrintedBeacons#next}. */
  record BeaconHeld() implements Notice {}

  /**
   * The program, not necessarily its children, ended.
   *
   * @param drained whether both output streams ended, too
   */
  record Exited(boolean drained) implements Notice {}

  /** Both output streams ended, later than the program. */
  record Drained() implements Notice {}

  /**
   * The queue of notices: added from any thread, taken by the execution's own. Bounded, since each
   * kind comes once at a time or at a limited rate.
   */
  final class Inbox {
    private final BlockingQueue<Notice> queue = new LinkedBlockingQueue<>();

    /** Whether somebody has asked to stop and that was not taken yet. */
    private final AtomicBoolean stopped = new AtomicBoolean();

    public void put(Notice notice) {
      boolean known =
          notice instanceof Stop(boolean atOnce) && !atOnce && !stopped.compareAndSet(false, true);
      if (!known) {
        queue.add(notice);
      }
    }

    /** The next notice, or null when the deadline came first. */
    public Notice await(Deadline deadline) {
      try {
        Notice next =
            deadline.isNever()
                ? queue.take() // A wait with an end costs a timer.
                : queue.poll(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        if (next instanceof Stop) {
          stopped.set(false);
        }
        return next;
      } catch (InterruptedException e) {
        // Nobody has a reason to: executions are stopped by a notice.
        throw new IllegalStateException("execution thread was interrupted", e);
      }
    }
  }
}
