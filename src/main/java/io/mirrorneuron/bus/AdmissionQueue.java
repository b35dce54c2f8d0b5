package io.mirrorneuron.bus;

import io.mirrorneuron.model.MnException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Limits how much work runs at once; the rest waits in order of arrival. The queue is bounded in
 * length and waiting time, so that nothing is done that nobody waits for any longer. Thread-safe.
 */
final class AdmissionQueue {
  private static final int LONGEST = 10_000;

  /** Shorter than a caller's own timeout, so that the caller learns why it was refused. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private record Waiting(Runnable start, Consumer<MnException> refuse, long since) {}

  private final int atOnce;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private int underWay;

  /**
   * @param atOnce how much may be under way
   */
  AdmissionQueue(int atOnce) {
    this.atOnce = atOnce;
  }

  /**
   * Starts the work now or when its turn comes. The work must call {@link #leave} when it has
   * ended.
   *
   * @param refuse called in its place with UNAVAILABLE, at once or later, when the line is too long
   */
  void enter(Runnable start, Consumer<MnException> refuse) {
    boolean now;
    synchronized (this) {
      now = underWay < atOnce;
      if (now) {
        underWay++;
      } else if (waiting.size() < LONGEST) {
        waiting.add(new Waiting(start, refuse, System.nanoTime()));
        return;
      }
    }
    if (now) {
      start.run();
    } else {
      refuse.accept(tooLong());
    }
  }

  /** Work that was started has ended: the next one begins on this thread. */
  void leave() {
    for (Waiting next = next(); next != null; next = next()) {
      if (System.nanoTime() - next.since() < PATIENCE_NANOS) {
        next.start().run();
        return;
      }
      next.refuse().accept(tooLong());
    }
  }

  /** The place under way goes to the next; null when nobody waits. */
  private synchronized Waiting next() {
    Waiting next = waiting.poll();
    if (next == null) {
      underWay--;
    }
    return next;
  }

  private static MnException tooLong() {
    return MnException.unavailable("too many wait for reads of this kind", null);
  }
}
