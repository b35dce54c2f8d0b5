package io.mirrorneuron.gateway.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.BusFailure;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProblemTest {

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeCrossesTheBusAndKeepsItsStatusWordAndText(ErrorCode code) {
    Problem problem = Problem.of(BusFailure.of("op", new MnException(code, "word", "a sentence")));

    assertThat(problem.status()).isEqualTo(code.httpStatus());
    assertThat(problem.error()).isEqualTo("word");
    assertThat(problem.detail()).isEqualTo("a sentence");
    assertThat(problem.title()).isNotBlank();
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        arguments(new ReplyException(ReplyFailure.NO_HANDLERS), 503, "unavailable"),
        arguments(new ReplyException(ReplyFailure.TIMEOUT), 504, "timeout"),
        arguments(new ReplyException(ReplyFailure.RECIPIENT_FAILURE, 500, "?"), 500, "internal"),
        arguments(new IllegalStateException("secret internals"), 500, "internal"),
        arguments(Refusal.tooLarge(10), 413, "request_too_large"),
        arguments(Refusal.tooManyValues(10), 413, "too_many_values"),
        arguments(Refusal.mediaType("application/json"), 415, "unsupported_media_type"),
        arguments(new io.vertx.ext.web.handler.HttpException(400), 400, "malformed_request"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void otherFailuresHaveAPlaceToo(Throwable failure, int status, String error) {
    Problem problem = Problem.of(failure);

    assertThat(problem.status()).isEqualTo(status);
    assertThat(problem.error()).isEqualTo(error);
    assertThat(problem.detail()).doesNotContain("internals");
  }

  @Test
  void aReportTravelsWholeAndItsErrorsBecomeIssues() {
    ObjectNode report = Json.object().put("version", "validation.report/v1").put("ok", false);
    report.putArray("errors").add("nodes must not be empty");
    MnException refused =
        new MnException(ErrorCode.INVALID, "manifest_validation_failed", "no", report, null);

    ObjectNode body = json(Problem.of(BusFailure.of("submitJob", refused)));

    assertThat(body.path("title").asText()).isEqualTo("Manifest validation failed");
    assertThat(body.path("validation")).isEqualTo(report);
    assertThat(body.at("/errors/0/message").asText()).isEqualTo("nodes must not be empty");
    assertThat(body.at("/errors/0/code").asText()).isEqualTo("manifest_validation_failed");
    assertThat(body.path("type").asText())
        .isEqualTo("https://mirrorneuron.local/problems/manifest_validation_failed");
  }

  @Test
  void faultsOfARequestAreListed() {
    Fault fault = new Fault("int_parsing", List.of("query", "limit"), "must be an integer", "x");

    ObjectNode body = json(Problem.of(Refusal.invalid(List.of(fault))));

    assertThat(body.path("detail").asText()).isEqualTo("query.limit: must be an integer");
    assertThat(body.path("errors").toString())
        .isEqualTo(
            "[{\"type\":\"int_parsing\",\"loc\":[\"query\",\"limit\"],"
                + "\"msg\":\"must be an integer\",\"input\":\"x\"}]");
  }

  @ParameterizedTest
  @CsvSource({"250,1", "1000,1", "1001,2", "0,1"})
  void whoeverIsFullSaysWhenToComeAgain(long ms, long seconds) {
    Problem problem =
        Problem.of(BusFailure.of("sendMessage", MnException.retryLater("agent a is full", ms)));

    assertThat(problem.status()).isEqualTo(429);
    assertThat(problem.error()).isEqualTo("retry_later");
    assertThat(problem.isRetryable()).isTrue();
    assertThat(problem.retryAfterSeconds()).isEqualTo(seconds);
    assertThat(json(problem).path("retry_after_ms").asLong()).isEqualTo(ms);
  }

  private static ObjectNode json(Problem problem) {
    return Json.parseObject(new String(problem.bytes("r"), StandardCharsets.UTF_8), "problem");
  }
}
