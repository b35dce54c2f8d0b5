package io.mirrorneuron.models;

import io.mirrorneuron.models.UpstreamFailure.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** How long an answer is waited for. Closes its body when that is over, so that no read blocks. */
final class Patience {
  private static final long LOOK_MS = 100;

  private final Bounds bounds;
  private final BooleanSupplier gone;
  private final long begun = System.nanoTime();
  private volatile long heard = begun;
  private volatile UpstreamFailure failure;

  Patience(Bounds bounds, BooleanSupplier gone) {
    this.bounds = bounds;
    this.gone = gone;
  }

  /** Bytes have come. */
  void heard() {
    heard = System.nanoTime();
  }

  boolean isOver() {
    if (failure == null) {
      failure = judged(System.nanoTime());
    }
    return failure != null;
  }

  /** Why it is over; null while it is not. */
  UpstreamFailure failure() {
    return failure;
  }

  private UpstreamFailure judged(long now) {
    if (gone.getAsBoolean()) {
      return new UpstreamFailure(Kind.GONE, "nobody waits for the answer any more");
    }
    if (now - begun > bounds.total().toNanos()) {
      return new UpstreamFailure(Kind.LATE, "it took longer than " + told(bounds.total()));
    }
    return now - heard > bounds.silence().toNanos()
        ? new UpstreamFailure(Kind.LATE, "it said nothing for " + told(bounds.silence()))
        : null;
  }

  private static String told(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /** Watches the body until it is closed. */
  Watch watch(InputStream body) {
    CountDownLatch done = new CountDownLatch(1);
    Thread.ofVirtual()
        .name("mn.models.patience")
        .start(
            () -> {
              try {
                while (!done.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
                  if (isOver()) {
                    body.close();
                    return;
                  }
                }
              } catch (InterruptedException | IOException e) {
                // the reader finds out by itself
              }
            });
    return done::countDown;
  }
}
