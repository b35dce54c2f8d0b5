package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Searches for the node of one program until there is one: nodes come and go. Confined to one
 * thread, except {@link #stop} and {@link #hold}, which are thread-safe.
 */
final class PlaceSearch implements RemotePlacement.Seeker {
  private static final long LOOK_AGAIN_MS = 1000;

  /**
   * After this time it queues on a node, as small programs could keep taking the resources that a
   * large one waits for.
   */
  private static final long PATIENT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Execution execution;
  private final Listener listener;
  private final RemotePlacement choosing;
  private final Semaphore woken = new Semaphore(0);
  private final long begun = System.nanoTime();
  private volatile boolean stopped;
  private volatile Hold hold;

  sealed interface Place {
    /** The node of its job. */
    record Here() implements Place {}

    /**
     * @param worker the node, as the owner of jobs
     */
    record There(String worker) implements Place {}

    /** No node at present. */
    record Nowhere(Hold hold) implements Place {
      Nowhere(String why) {
        this(new Hold(Hold.Cause.RESOURCES, why));
      }

      /** A disk of the chosen node is full. */
      static Nowhere full(Machine node) {
        String sentence = "node %s: %s".formatted(node.name(), node.fullDisk());
        return new Nowhere(new Hold(Hold.Cause.ROOM, sentence));
      }

      boolean isForRoom() {
        return hold.cause() == Hold.Cause.ROOM;
      }
    }

    record Never(String why) implements Place {}
  }

  PlaceSearch(Execution execution, Listener listener, RemotePlacement choosing) {
    this.execution = execution;
    this.listener = listener;
    this.choosing = choosing;
  }

  void stop() {
    stopped = true;
    wake();
  }

  @Override
  public void wake() {
    woken.release();
  }

  @Override
  public boolean isImpatient() {
    return System.nanoTime() - begun > PATIENT_NANOS;
  }

  boolean isStopped() {
    return stopped;
  }

  /** Why it waits, or null. */
  Hold hold() {
    return hold;
  }

  /** The place; null when the search has ended without one, and its listener has been notified. */
  Place search() throws InterruptedException {
    while (!isStopped()) {
      Place place = choosing.place(execution, this);
      switch (place) {
        case Place.Nowhere nowhere -> wait(nowhere.hold());
        case Place.Never never -> {
          end(Ending.NOT_STARTED, never.why());
          return null;
        }
        default -> {
          return place;
        }
      }
      woken.tryAcquire(LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
      woken.drainPermits();
    }
    choosing.abandon(execution);
    end(Ending.STOPPED, "stopped while it waited for a node");
    return null;
  }

  private void wait(Hold why) {
    boolean isFirst = hold == null;
    hold = why;
    if (isFirst) {
      listener.signal(new Signal.Held(hold));
    }
  }

  void end(Ending ending, String error) {
    listener.signal(
        new Signal.Finished(
            new Outcome(ending, error, -1, Sandbox.NONE, "", "", Structured.NONE, null)));
  }
}
