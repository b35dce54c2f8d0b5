package io.mirrorneuron.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BusFailureTest {
  private static MnException across(Throwable failure) {
    return BusFailure.toException(BusFailure.of("getJob", failure));
  }

  @ParameterizedTest
  @EnumSource
  void aFailureArrivesAsItWasSent(ErrorCode code) {
    var validation = Json.object().put("field", "too long");
    MnException arrived =
        across(new MnException(code, "some_error", "a sentence", validation, null));

    assertThat(arrived.code()).isEqualTo(code);
    assertThat(arrived.error()).isEqualTo("some_error");
    assertThat(arrived).hasMessage("a sentence");
    assertThat(arrived.validation()).isEqualTo(validation);
    assertThat(arrived.retryAfterMs()).isZero();
  }

  @Test
  void aFailureOfAStageThatWasWaitedForArrives() {
    var stage = CompletableFuture.failedFuture(MnException.unavailable("Redis is away", null));
    MnException arrived = across(catchThrowable(stage::join));

    assertThat(arrived.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(arrived).hasMessage("Redis is away");
  }

  @Test
  void theTimeToComeAgainArrives() {
    assertThat(across(MnException.retryLater("full", 1250)).retryAfterMs()).isEqualTo(1250);
  }

  @Test
  void theStatusIsTheCodeOfTheReply() {
    assertThat(BusFailure.of("getJob", MnException.notFound("job", "j")).failureCode())
        .isEqualTo(404);
  }

  @Test
  void whatIsNoFailureOfOursTellsNothingOfItself() {
    MnException arrived = across(new IllegalStateException("password=hunter2"));

    assertThat(arrived.code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(arrived.getMessage()).doesNotContain("hunter2");
  }

  @Test
  void failuresOfTheBusItselfHaveCodesOfTheirOwn() {
    assertThat(code(ReplyFailure.NO_HANDLERS, "")).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(code(ReplyFailure.TIMEOUT, "")).isEqualTo(ErrorCode.TIMEOUT);
    assertThat(code(ReplyFailure.RECIPIENT_FAILURE, "not ours")).isEqualTo(ErrorCode.INTERNAL);
    assertThat(code(ReplyFailure.RECIPIENT_FAILURE, "{\"code\":\"NO_SUCH\"}"))
        .isEqualTo(ErrorCode.INTERNAL);
  }

  private static ErrorCode code(ReplyFailure kind, String text) {
    return BusFailure.toException(new ReplyException(kind, 500, text)).code();
  }
}
