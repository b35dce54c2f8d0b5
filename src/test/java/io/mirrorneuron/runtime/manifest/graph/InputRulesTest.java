package io.mirrorneuron.runtime.manifest.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.Findings.Purpose;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputRulesTest {
  private final Manifests manifests = new Manifests(DefaultRunner.HOST_LOCAL);

  private static String manifest(String members) {
    return """
        {"manifest_version":"1.0","graph_id":"g","entrypoints":["a"],"edges":[],
         "nodes":[{"node_id":"a","agent_type":"executor","config":{"command":["true"]}}],%s}
        """
        .formatted(members);
  }

  private List<Issue> issues(String members) {
    return manifests.check(manifest(members), Set.of(), Purpose.NEW).issues();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '~',
      value = {
        "{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"(\"} ~ input_validation.0.pattern is not a regular expression that can be used: missing closing )",
        "{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"(?<=a)b\"} ~ input_validation.0.pattern is not a regular expression that can be used: look-behind (?<=…) is not supported, as searching for it can take for ever",
        "{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"(a)\\\\1\"} ~ input_validation.0.pattern is not a regular expression that can be used: the back reference \\1 is not supported, as searching for it can take for ever",
        "{\"type\":\"pattern\",\"pattern\":\"a\"} ~ input_validation.0.path is required",
        "{\"type\":\"pattern\",\"path\":\"a\"} ~ input_validation.0.pattern is required",
        "{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"a\",\"source\":\"env\"} ~ input_validation.0.source must be config or manifest",
        "{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"a\",\"required\":\"no\"} ~ input_validation.0.required must be a boolean",
        "{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"a\",\"name\":1} ~ input_validation.0.name must be a string",
        "{\"type\":\"command\",\"command\":[]} ~ input_validation.0.command must be a list with a program and its arguments",
        "{\"type\":\"command\",\"command\":\"x\",\"timeout_seconds\":0} ~ 'input_validation.0.timeout_seconds must be a number of seconds above 0, and at most 300'",
        "{\"type\":\"command\",\"command\":\"x\",\"timeout_seconds\":301} ~ 'input_validation.0.timeout_seconds must be a number of seconds above 0, and at most 300'",
        "{\"type\":\"command\",\"command\":\"x\",\"env\":{\"A\":[]}} ~ 'input_validation.0.env must be an object of strings, numbers or booleans'",
      })
  void whatIsOutOfFormIsRefused(String rule, String message) {
    String members = "\"input_validation\":[%s]".formatted(rule);
    List<Issue> issues = issues(members);
    assertThat(issues).extracting(Issue::message).containsExactly(message);
    assertThat(issues.getFirst().isError()).isTrue();
    assertThat(issues.getFirst().location().pointer()).startsWith("/manifest/input_validation/0/");
  }

  /** An earlier build took these and ignored them: their jobs go on. */
  @Test
  void storedJobsGoOnWithRulesThatAreNoLongerTaken() {
    String rule =
        "{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"(?<=a)b\",\"required\":1,\"source\":\"x\"}";
    var workflow =
        manifests.parse(
            manifest("\"input_validation\":[%s]".formatted((rule + ",").repeat(150) + rule)));
    assertThat(workflow.warnings()).singleElement().asString().contains("at most 100 are allowed");
    assertThat(manifests.parse(manifest("\"input_validation\":[%s]".formatted(rule))).warnings())
        .hasSize(3);
  }

  @Test
  void soundRulesAreAcceptedWithoutAWord() {
    assertThat(
            issues(
                """
                "inputValidation":{"rules":[
                  {"type":"pattern","path":"a","pattern":"(?P<n>a)","source":"CONFIG","required":false,
                   "ignore_case":false,"name":"n","id":"i","message":"m","help":"h","fix":"f"},
                  {"type":"command","command":["x","y"],"input":"a","timeout_seconds":1.5,"env":{"A":1}}]}
                """))
        .isEmpty();
  }

  @Test
  void whatNobodyReadsIsReported() {
    assertThat(
            issues("\"input_validation\":[{\"type\":\"command\",\"command\":\"x\",\"timeout\":3}]"))
        .extracting(Issue::message)
        .singleElement()
        .asString()
        .startsWith("unknown member input_validation.0.timeout");
    assertThat(issues("\"input_validation\":{\"schema\":{\"type\":\"object\"}}"))
        .extracting(Issue::message)
        .singleElement()
        .asString()
        .startsWith("unknown member input_validation.schema");
    String rules = "[{\"type\":\"command\",\"command\":\"x\"}]";
    assertThat(
            issues(
                "\"input_validation\":%1$s,\"metadata\":{\"input_validation\":%1$s}"
                    .formatted(rules)))
        .extracting(Issue::message)
        .containsExactly("metadata.input_validation is ignored, as there is input_validation");
  }

  @Test
  void rulesBelowMetadataCount() {
    var manifest =
        Json.parseObject(
            manifest(
                "\"metadata\":{\"inputValidation\":[{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"a\"}]}"),
            "manifest");
    assertThat(InputValidation.of(manifest, null, null).issues())
        .extracting(Issue::code)
        .containsExactly("config.required");
  }
}
