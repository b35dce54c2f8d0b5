package io.mirrorneuron.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.EOFException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepLoopTest {
  /** As many pieces as a file of some ten gigabytes has. */
  private static final int MANY = 200_000;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private <T> Future<T> later(T result) {
    Promise<T> later = Promise.promise();
    vertx.runOnContext(turn -> later.complete(result));
    return later.future();
  }

  /** Every so many-th takes a turn of the event loop, the others are through at once. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, MANY + 1})
  void theStackDoesNotGrow(int turns) {
    AtomicLong last = new AtomicLong();

    StepLoop.move(
            moved -> {
              last.set(moved);
              int bytes = moved == 2L * MANY ? 0 : 2;
              boolean takesTurn = (moved / 2 + 1) % turns == 0;
              return takesTurn ? later(bytes) : Future.succeededFuture(bytes);
            })
        .await();

    assertThat(last.get()).isEqualTo(2L * MANY);
  }

  @Test
  void theFirstResultOrFailureIsTheEnd() {
    AtomicLong steps = new AtomicLong();
    Future<Long> result =
        StepLoop.until(
            () -> later(Optional.of(steps.incrementAndGet()).filter(number -> number == 5)));
    assertThat(result.await()).isEqualTo(5);
    assertThat(steps.get()).isEqualTo(5);

    Future<Void> failed =
        StepLoop.move(
            moved ->
                moved < 2000
                    ? later(1000)
                    : Future.failedFuture(new EOFException("after " + moved)));
    assertThatThrownBy(failed::await).hasMessage("after 2000");
  }

  @Test
  void whatAStepThrowsIsItsFailure() {
    Future<Void> thrown =
        StepLoop.move(
            moved -> {
              if (moved > 0) {
                throw new IllegalStateException("closed meanwhile");
              }
              return later(1);
            });
    assertThatThrownBy(thrown::await).hasMessage("closed meanwhile");
  }
}
