package io.mirrorneuron.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GrpcErrorsTest {

  @ParameterizedTest
  @CsvSource({
    "MALFORMED, INVALID_ARGUMENT",
    "UNAUTHENTICATED, UNAUTHENTICATED",
    "FORBIDDEN, PERMISSION_DENIED",
    "NOT_FOUND, NOT_FOUND",
    "CONFLICT, FAILED_PRECONDITION",
    "PRECONDITION, FAILED_PRECONDITION",
    "TOO_LARGE, INVALID_ARGUMENT",
    "UNSUPPORTED_MEDIA_TYPE, INVALID_ARGUMENT",
    "INVALID, INVALID_ARGUMENT",
    "EXHAUSTED, RESOURCE_EXHAUSTED",
    "INTERNAL, INTERNAL",
    "UNIMPLEMENTED, UNIMPLEMENTED",
    "UNAVAILABLE, UNAVAILABLE",
    "TIMEOUT, DEADLINE_EXCEEDED",
    "STORAGE_FULL, RESOURCE_EXHAUSTED"
  })
  void everyCodeHasItsStatus(ErrorCode code, GrpcStatus status) {
    assertThat(GrpcErrors.of(new MnException(code, "word", "text")).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void ourOwnClientGetsBackWhatWasThrown(ErrorCode code) {
    MnException thrown =
        new MnException(code, "some_word", "a text with + and ünïcode", report(2), null);
    MnException back = overTheWire(thrown);
    assertThat(back.code()).isEqualTo(code);
    assertThat(back.error()).isEqualTo("some_word");
    assertThat(back).hasMessage("a text with + and ünïcode");
    assertThat(back.validation()).isEqualTo(report(2));
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, bad manifest, INVALID, invalid_argument",
    "INVALID_ARGUMENT, input_validation_failed: too small, INVALID, input_validation_failed",
    "NOT_FOUND, job x was not found, NOT_FOUND, not_found",
    "ALREADY_EXISTS, already join a cluster, CONFLICT, conflict",
    "FAILED_PRECONDITION, job is not paused, PRECONDITION, failed_precondition",
    "FAILED_PRECONDITION, requirements_not_met: needs a gpu, PRECONDITION, requirements_not_met",
    "PERMISSION_DENIED, ClearJobs requires MN_GRPC_ADMIN_TOKEN, FORBIDDEN, forbidden",
    "UNAUTHENTICATED, gRPC auth token is required, UNAUTHENTICATED, unauthenticated",
    "RESOURCE_EXHAUSTED, resource_overloaded: cpu=99 threshold=90, UNAVAILABLE, resource_overloaded",
    "RESOURCE_EXHAUSTED, queue is full, EXHAUSTED, exhausted",
    "UNIMPLEMENTED, no such method, UNIMPLEMENTED, unimplemented",
    "UNAVAILABLE, away, UNAVAILABLE, unavailable",
    "DEADLINE_EXCEEDED, too slow, TIMEOUT, timeout",
    "UNKNOWN, , INTERNAL, internal",
    "INTERNAL, job x was not found, NOT_FOUND, not_found",
    "INTERNAL, job x is not running in the connected cluster, NOT_FOUND, not_found",
    "INTERNAL, job is in a terminal state, PRECONDITION, failed_precondition",
    "INTERNAL, job is not running, PRECONDITION, failed_precondition",
    "INTERNAL, boom, INTERNAL, internal"
  })
  void statusesOfOtherRuntimesAreUnderstood(
      GrpcStatus status, String message, ErrorCode code, String error) {
    MnException failure =
        GrpcErrors.toException(status, message, MultiMap.caseInsensitiveMultiMap());
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.error()).isEqualTo(error);
    assertThat(failure.getMessage()).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource({"placement_failed", "run_id_in_use"})
  void theWordAtTheBeginningIsNoPartOfTheMessage(String word) {
    GrpcErrors.Failure sent =
        GrpcErrors.of(new MnException(ErrorCode.INVALID, word, "there is no such place"));
    assertThat(sent.message()).isEqualTo(word + ": there is no such place");

    assertThat(GrpcErrors.toException(sent.status(), sent.message(), sent.trailers()))
        .hasMessage("there is no such place")
        .extracting(MnException::error)
        .isEqualTo(word);
  }

  @Test
  void aReportFollowsThePrefixThatClientsLookFor() throws Exception {
    MnException unmet =
        new MnException(
            ErrorCode.PRECONDITION, "requirements_not_met", "needs a gpu", report(1), null);
    String message = GrpcErrors.of(unmet).message();
    assertThat(message).startsWith("requirements_not_met: {");
    assertThat(Json.parse(message.substring("requirements_not_met: ".length())))
        .isEqualTo(report(1));
    assertThat(
            GrpcErrors.toException(
                    GrpcStatus.FAILED_PRECONDITION, message, MultiMap.caseInsensitiveMultiMap())
                .validation())
        .isEqualTo(report(1));
  }

  @Test
  void aPrefixedFailureWithoutReportCarriesItsText() {
    MnException invalid =
        new MnException(ErrorCode.INVALID, "input_validation_failed", "x must be positive");
    assertThat(GrpcErrors.of(invalid).message())
        .isEqualTo("input_validation_failed: x must be positive");
  }

  @Test
  void overloadIsExhaustionOnTheWire() {
    MnException overloaded =
        new MnException(
            ErrorCode.UNAVAILABLE, "resource_overloaded", "resource_overloaded: cpu=99");
    GrpcErrors.Failure failure = GrpcErrors.of(overloaded);
    assertThat(failure.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(failure.message()).isEqualTo("resource_overloaded: cpu=99");
  }

  @ParameterizedTest
  @CsvSource({"requirements_not_met", "manifest_validation_failed"})
  void aLongReportIsCutToWhatHeadersHold(String error) {
    MnException failure =
        new MnException(ErrorCode.INVALID, error, "é".repeat(9000), report(500), null);
    GrpcErrors.Failure sent = GrpcErrors.of(failure);
    int bytes = sent.message().getBytes(StandardCharsets.UTF_8).length;
    for (var trailer : sent.trailers()) {
      bytes += trailer.getKey().length() + trailer.getValue().length() + 32;
    }
    assertThat(bytes).isLessThan(8000);
    MnException back = overTheWire(failure);
    assertThat(back.validation().path("error_count").asInt()).isEqualTo(500);
    assertThat(back.validation().path("truncated").asBoolean()).isTrue();
    assertThat(back.validation().path("issues").isArray()).isTrue();
  }

  @Test
  void anUnexpectedFailureTellsNothing() {
    GrpcErrors.Failure failure = GrpcErrors.of(new IllegalStateException("password=hunter2"));
    assertThat(failure.status()).isEqualTo(GrpcStatus.INTERNAL);
    assertThat(failure.message()).isEqualTo("internal error");
  }

  @Test
  void messagesAreDecodedAsTheProtocolSays() {
    assertThat(GrpcErrors.decodeMessage("a+b%20c%C3%A9")).isEqualTo("a+b cé");
    assertThat(GrpcErrors.decodeMessage("100% broken")).isEqualTo("100% broken");
    assertThat(GrpcErrors.decodeMessage(null)).isNull();
  }

  private static MnException overTheWire(MnException thrown) {
    GrpcErrors.Failure sent = GrpcErrors.of(thrown);
    return GrpcErrors.toException(sent.status(), sent.message(), sent.trailers());
  }

  private static ObjectNode report(int issues) {
    ObjectNode report = Json.object().put("version", "validation.report/v1").put("ok", false);
    report.put("error_count", issues);
    for (int i = 0; i < issues; i++) {
      report.withArray("/errors").add("issue number " + i + " is ünlucky");
      report.withArray("/issues").addObject().put("code", "x" + i).put("message", "m");
    }
    return report;
  }
}
