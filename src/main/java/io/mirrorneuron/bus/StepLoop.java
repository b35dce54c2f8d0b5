package io.mirrorneuron.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Runs asynchronous steps in a loop. Composing each step with the next would build a chain of
 * futures that completes on one stack; after some thousand steps it overflows and the first future
 * never completes.
 */
public final class StepLoop {
  private StepLoop() {}

  /**
   * Takes steps until one has a result.
   *
   * @return that result; fails as the first step that does, or with what a step throws
   */
  public static <T> Future<T> until(Supplier<Future<Optional<T>>> step) {
    Promise<T> end = Promise.promise();
    take(step, end);
    return end.future();
  }

  private static <T> void take(Supplier<Future<Optional<T>>> step, Promise<T> end) {
    while (true) {
      Future<Optional<T>> taken = begun(step);
      if (!taken.isComplete()) {
        taken.onComplete(
            done -> {
              if (goesOn(taken, end)) {
                take(step, end);
              }
            });
        return;
      }
      if (!goesOn(taken, end)) {
        return;
      }
    }
  }

  private static <T> Future<Optional<T>> begun(Supplier<Future<Optional<T>>> step) {
    try {
      return step.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private static <T> boolean goesOn(Future<Optional<T>> taken, Promise<T> end) {
    if (taken.failed()) {
      end.fail(taken.cause());
      return false;
    }
    taken.result().ifPresent(end::complete);
    return taken.result().isEmpty();
  }

  /**
   * Moves bytes piece by piece.
   *
   * @param piece is given how many were moved before, and tells how many it has moved; 0 when there
   *     are no more
   */
  public static Future<Void> move(LongFunction<Future<Integer>> piece) {
    AtomicLong moved = new AtomicLong();
    return until(
            () ->
                piece
                    .apply(moved.get())
                    .map(
                        bytes -> {
                          moved.addAndGet(bytes);
                          return bytes == 0 ? Optional.of(true) : Optional.<Boolean>empty();
                        }))
        .mapEmpty();
  }
}
