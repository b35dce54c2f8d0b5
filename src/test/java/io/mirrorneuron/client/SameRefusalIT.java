package io.mirrorneuron.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every door tells the same of the same manifest: HTTP, gRPC, plans, {@code mn validate}. */
class SameRefusalIT {
  private static final String GPU =
      "\"requirements\":{\"gpu\":{\"min_count\":1,\"vendor\":\"nvidia\"}}";
  private static final String SERVICE = "\"required_services\":[\"nobody-offers-it\"]";
  private static final String RULE =
      "\"input_validation\":[{\"type\":\"pattern\",\"name\":\"city\",\"path\":\"city\",\"pattern\":\"^por\"}]";
  private static final String BROKEN = "\"entrypoints\":[\"gone\"]";

  @TempDir static Path home;
  private static RuntimeFixture runtime;
  private static GrpcRuntime server;
  private static Clients clients;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
    server = GrpcRuntime.before(runtime);
    clients = server.connect();
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
    runtime.close();
  }

  private static Submission manifest(String members) {
    String entry = members.contains("entrypoints") ? "" : "\"entrypoints\":[\"a\"],";
    return Submission.of(
        """
        {"manifest_version":"1.0","graph_id":"doors",%s%s,"edges":[],
         "nodes":[{"node_id":"a","agent_type":"executor","config":{"command":["true"]}}]}
        """
            .formatted(entry, members));
  }

  private static MnException refusal(Runnable call) {
    MnException refusal = catchThrowableOfType(MnException.class, call::run);
    assertThat(refusal).isNotNull();
    return refusal;
  }

  private static List<String> codes(JsonNode report) {
    return report.findValuesAsText("code");
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        GPU + "~ PRECONDITION ~ requirements_not_met ~ requirements.gpu_node_unavailable",
        SERVICE + "~ PRECONDITION ~ service_requirements_not_met ~ service.required_missing",
        RULE + "~ INVALID ~ input_validation_failed ~ config.required",
        "\"requirements\":{\"cpu\":99}"
            + "~ PRECONDITION ~ requirements_not_met ~ requirements.cpu_node_unavailable",
        BROKEN + "~ INVALID ~ manifest_validation_failed ~ manifest.unknown_reference",
        RULE
            + ","
            + SERVICE
            + ","
            + GPU
            + "~ PRECONDITION ~ requirements_not_met ~ requirements.gpu_node_unavailable"
            + " service.required_missing config.required",
        RULE
            + ","
            + SERVICE
            + "~ PRECONDITION ~ service_requirements_not_met ~ service.required_missing"
            + " config.required",
        BROKEN
            + ","
            + RULE
            + ","
            + GPU
            + "~ INVALID ~ manifest_validation_failed ~ manifest.unknown_reference"
            + " requirements.gpu_node_unavailable config.required",
      })
  void allDoorsRefuseTheSameWithTheSameReport(
      String members, ErrorCode code, String error, String codes) {
    Submission submission = manifest(members);
    List<String> expected = List.of(codes.split(" "));
    Validation local = runtime.jobs().validate(submission);
    assertThat(errors(local)).extracting(Issue::code).isEqualTo(expected);
    JsonNode reported = Json.MAPPER.valueToTree(local.ofRefusal());

    for (JobsPort endpoint : List.of(runtime.jobs(), clients.jobs())) {
      assertThat(errors(endpoint.validate(submission))).isEqualTo(errors(local)); // mn validate
      for (MnException refused :
          List.of(
              refusal(() -> endpoint.submit(submission)), // SubmitJob
              refusal(() -> endpoint.plan(submission)))) {
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.error()).isEqualTo(error);
        assertThat(codes(refused.validation().get("issues"))).isEqualTo(expected);
        if (!refused.validation().has("truncated")) {
          assertThat(refused.validation()).isEqualTo(reported);
        }
      }
    }
    JsonNode problem = // POST /jobs
        Json.parseObject(
            new String(
                Problem.of(refusal(() -> runtime.jobs().submit(submission))).bytes("r"),
                StandardCharsets.UTF_8),
            "problem");
    assertThat(problem.get("status").asInt()).isEqualTo(code.httpStatus());
    assertThat(problem.get("error").asText()).isEqualTo(error);
    assertThat(problem.get("validation")).isEqualTo(reported);
    assertThat(problem.get("errors")).isEqualTo(reported.get("issues"));
  }

  private static List<Issue> errors(Validation report) {
    JsonNode written = Json.MAPPER.valueToTree(report); // as it goes over the wire
    return Json.read(written, Validation.class, "report").issues().stream()
        .filter(Issue::isError)
        .toList();
  }

  @Test
  void aRefusalOfThreeKindsComesWholeOverGrpc() {
    MnException refused =
        refusal(() -> clients.jobs().submit(manifest(RULE + "," + SERVICE + "," + GPU)));
    assertThat(refused.validation().get("issues")).hasSize(3);
    assertThat(refused.validation().get("error_count").asInt()).isEqualTo(3);
    assertThat(refused.getMessage())
        .contains("kind gpu", "nobody-offers-it", "city must have a value");
  }

  @Test
  void forceSkipsServicesAndRulesAndSoftRequirementsOnly() {
    String force = ",\"metadata\":{\"mn_validation\":{\"force\":true}}";
    for (JobsPort endpoint : List.of(runtime.jobs(), clients.jobs())) {
      Submission soft = manifest(RULE + "," + SERVICE + "," + GPU + force);
      assertThat(endpoint.validate(soft).ok()).isTrue();
      assertThat(endpoint.submit(soft).jobId()).isNotBlank();
      Submission hard =
          manifest(
              RULE
                  + ","
                  + SERVICE
                  + ","
                  + GPU.replace("}}", ",\"enforcement\":\"hard\"}}")
                  + force);
      assertThat(errors(endpoint.validate(hard)))
          .extracting(Issue::code)
          .containsExactly("requirements.gpu_node_unavailable");
      assertThat(refusal(() -> endpoint.submit(hard)).error()).isEqualTo("requirements_not_met");
      assertThat(refusal(() -> endpoint.submit(manifest(BROKEN + force))).error())
          .isEqualTo("manifest_validation_failed");
    }
  }

  @Test
  void theConfigurationOfADoorIsLookedAtThroughEachDoor() {
    Submission plain = manifest(RULE);
    for (JobsPort endpoint : List.of(runtime.jobs(), clients.jobs())) {
      assertThat(
              endpoint
                  .submit(plain.from(new Submission.Origin(null, "{\"city\":\"Porto\"}")))
                  .jobId())
          .isNotBlank();
      Submission elsewhere = plain.from(new Submission.Origin(null, "{\"city\":\"Faro\"}"));
      assertThat(
              refusal(() -> endpoint.submit(elsewhere))
                  .validation()
                  .at("/issues/0/actual")
                  .asText())
          .isEqualTo("Faro");
    }
    Submission given = manifest(RULE + ",\"inputs\":{\"city\":\"Porto\"}");
    assertThat(runtime.jobs().validate(given).ok()).isTrue();
  }

  /** It may still be given, so who validates is only warned. */
  @Test
  void anInputWithoutAValueIsAnErrorOfWhoSubmits() {
    Submission asking = manifest("\"inputs\":{\"who\":{\"schema\":{\"type\":\"string\"}}}");
    for (JobsPort endpoint : List.of(runtime.jobs(), clients.jobs())) {
      assertThat(endpoint.validate(asking).ok()).isTrue();
      JsonNode report = refusal(() -> endpoint.submit(asking)).validation();
      assertThat(report.get("ok").asBoolean()).isFalse();
      assertThat(report.get("issues").findValuesAsText("message"))
          .containsExactly("input who has no default, and no value was given");
    }
  }

  /** Of what was sent no program runs, whoever asks. */
  @Test
  void programsOfRulesDoNotRunUnlessTheOperatorWants() {
    Submission submission =
        manifest(
            "\"input_validation\":[{\"type\":\"command\",\"name\":\"v\",\"command\":\"true\"}]");
    for (JobsPort endpoint : List.of(runtime.jobs(), clients.jobs())) {
      MnException refused = refusal(() -> endpoint.submit(submission));
      assertThat(refused.error()).isEqualTo("input_validation_failed");
      JsonNode issue = refused.validation().at("/issues/0");
      assertThat(issue.get("code").asText()).isEqualTo("validator.unavailable");
      assertThat(issue.get("message").asText())
          .isEqualTo("v was not run: programs of bundles are not run before a job on this server");
      assertThat(issue.get("help").asText()).contains("validation.commands: trusted");
    }
  }
}
