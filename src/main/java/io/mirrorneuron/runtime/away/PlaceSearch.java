package io.mirrorneuron.runtime.away;

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
 * Looks for the node of one program until there is one: nodes come and go. On one thread; {@link
 * #stop} and {@link #hold} from any.
 */
final class PlaceSearch implements Choosing.Seeker {
  private static final long LOOK_AGAIN_MS = 1000;

  /** Small programs may fill what a large one waits for; a node keeps an order. */
  private static final long PATIENT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Execution execution;
  private final Listener listener;
  private final Choosing choosing;
  private final Semaphore woken = new Semaphore(0);
  private final long begun = System.nanoTime();
  private volatile boolean stopped;
  private volatile Hold hold;

  PlaceSearch(Execution execution, Listener listener, Choosing choosing) {
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

  /** What it waits for, or null. */
  Hold hold() {
    return hold;
  }

  /** The place; null when the search is over without one, and its listener has been told. */
  Choosing.Place search() throws InterruptedException {
    while (!isStopped()) {
      Choosing.Place place = choosing.place(execution, this);
      switch (place) {
        case Choosing.Nowhere nowhere -> wait(nowhere.why());
        case Choosing.Never never -> {
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

  private void wait(String why) {
    boolean isFirst = hold == null;
    hold = new Hold(Hold.Cause.RESOURCES, why);
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
