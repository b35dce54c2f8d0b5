package io.mirrorneuron.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An area as its callers know it, without a bus. */
class AreaVerticleTest {
  private static final class Room extends AreaVerticle {
    final CountDownLatch entered = new CountDownLatch(2);
    final CountDownLatch leave = new CountDownLatch(1);

    Room() {
      super("room", 2);
      on("record", call -> Map.of("id", call.text("id")));
      on("bytes", call -> Buffer.buffer("[1]"));
      on(
          "fails",
          call -> {
            throw MnException.notFound("job", "j");
          });
      on(
          "waits",
          call -> {
            entered.countDown();
            leave.await();
            return 1;
          });
      onHot("hot", call -> Future.succeededFuture(Buffer.buffer("hot")));
      onHot(
          "breaks",
          call -> {
            throw new IllegalStateException("at once");
          });
    }

    void twice() {
      on("record", call -> 1);
    }
  }

  private final Room room = new Room();

  private static Buffer answer(Future<Buffer> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private Buffer answer(String operation) throws Exception {
    return answer(room.call(operation, new ApiCall().with("id", "a")));
  }

  @Test
  void whatAnOperationReturnsIsTheJsonAnswer() throws Exception {
    assertThat(answer("record")).hasToString("{\"id\":\"a\"}");
    assertThat(answer("bytes")).hasToString("[1]");
    assertThat(answer("hot")).hasToString("hot");
  }

  @Test
  void whatAnOperationThrowsIsTheFailure() {
    assertThatThrownBy(() -> answer("fails"))
        .hasCauseInstanceOf(MnException.class)
        .hasMessageContaining("j");
    assertThatThrownBy(() -> answer("breaks")).hasRootCauseMessage("at once");
  }

  @Test
  void anOperationThatNobodyRegisteredIsNotImplemented() {
    MnException failure = (MnException) room.call("nope", new ApiCall()).cause();

    assertThat(failure.code()).isEqualTo(ErrorCode.UNIMPLEMENTED);
    assertThat(room.operations())
        .containsExactlyInAnyOrder("record", "bytes", "fails", "waits", "hot", "breaks");
  }

  @Test
  void oneIdIsRegisteredOnce() {
    assertThatThrownBy(room::twice).hasMessage("record is registered twice");
  }

  @Test
  void whoComesWhenAllThreadsAreTakenIsRefused() throws Exception {
    Future<Buffer> first = room.call("waits", new ApiCall());
    Future<Buffer> second = room.call("waits", new ApiCall());
    assertThat(room.entered.await(10, TimeUnit.SECONDS)).isTrue();

    MnException refusal = (MnException) room.call("record", new ApiCall()).cause();
    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);

    room.leave.countDown();
    answer(first);
    answer(second);
    assertThat(answer("record")).isNotNull();
  }
}
