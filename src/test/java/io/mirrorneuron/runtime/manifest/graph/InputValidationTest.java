package io.mirrorneuron.runtime.manifest.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.graph.RulePrograms.Ended;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputValidationTest {
  private static final String CONFIG =
      """
      {"city": "Porto", "api_token": "hunter2", "port": 8080, "ratio": 1.5, "on": true,
       "empty": "", "none": null, "hosts": [{"name": "a.example"}, {"name": "b"}],
       "url": "https://me:pw@host/x?key=1&access_token=abc&q=2",
       "odd/na~me": "x"}
      """;

  /** What a program of a rule was started with. */
  private record Call(List<String> command, Map<String, String> variables, Duration limit) {}

  private final List<Call> calls = new ArrayList<>();
  private Ended ending = new Ended.Exited(0, "");

  private static ObjectNode manifest(String rules) {
    return Json.parseObject("{\"input_validation\":" + rules + "}", "manifest");
  }

  private List<Issue> issues(String rules) {
    return issues(manifest(rules), CONFIG);
  }

  private List<Issue> issues(ObjectNode manifest, String config) {
    return InputValidation.of(
            manifest,
            config,
            (command, variables, files, limit) -> {
              calls.add(new Call(command, variables, limit));
              return ending;
            })
        .issues();
  }

  @Test
  void aLongConfigurationIsNoVariable() {
    ObjectNode rule = manifest("[{\"type\":\"command\",\"name\":\"v\",\"command\":[\"./v\"]}]");
    assertThat(issues(rule, "{\"text\":\"" + "é".repeat(50_000) + "\"}")).isEmpty();
    assertThat(calls.getFirst().variables()).doesNotContainKey("MN_BLUEPRINT_CONFIG_JSON");

    String long97k = "x".repeat(97 << 10);
    Issue issue =
        only(
            "{\"type\":\"command\",\"name\":\"v\",\"command\":[\"./v\"],\"env\":{\"OWN\":\"%s\"}}"
                .formatted(long97k));
    assertThat(issue.code()).isEqualTo("validator.unavailable");
    assertThat(issue.message())
        .isEqualTo("v was not run: its variable OWN has more than 98304 bytes");
    assertThat(calls).hasSize(1);
  }

  private Issue only(String rule) {
    List<Issue> issues = issues("[" + rule + "]");
    assertThat(issues).hasSize(1);
    return issues.getFirst();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '~',
      value = {
        "city ~ ^por ~ ",
        "city ~ ^lis ~ config.pattern_mismatch",
        "port ~ ^\\\\d{4}$ ~ ",
        "ratio ~ ^1\\\\.5$ ~ ",
        "on ~ ^true$ ~ ",
        "empty ~ ^$ ~ ",
        "empty ~ . ~ config.pattern_mismatch",
        "none ~ . ~ config.required",
        "away ~ . ~ config.required",
        "city.name ~ . ~ config.required",
        "hosts.0.name ~ example$ ~ ",
        "hosts[1].name ~ ^b$ ~ ",
        "hosts.7.name ~ . ~ config.required",
        "hosts.x ~ . ~ config.required",
        "hosts ~ a\\\\.example ~ ",
      })
  void patternsSearchTheConfiguration(String path, String pattern, String code) {
    List<Issue> issues =
        issues(
            "[{\"type\":\"pattern\",\"path\":\"%s\",\"pattern\":\"%s\"}]".formatted(path, pattern));
    assertThat(issues.stream().map(Issue::code))
        .isEqualTo(code == null ? List.of() : List.of(code));
  }

  @Test
  void anIssueSaysWhereAndWhatAndWhichRule() {
    Issue issue =
        only(
            """
            {"type":"pattern","name":"a known city","id":"r1","path":"hosts.1.name","pattern":"^a"}
            """);
    assertThat(Json.MAPPER.<JsonNode>valueToTree(issue))
        .isEqualTo(
            Json.parseObject(
                """
                {"code":"config.pattern_mismatch",
                 "message":"a known city: hosts.1.name does not match ^a",
                 "help":"Give hosts.1.name a value that matches.",
                 "severity":"error",
                 "location":{"source":"config","path":"hosts.1.name","pointer":"/config/hosts/1/name"},
                 "expected":"^a","actual":"b",
                 "rule":{"name":"a known city","type":"pattern","index":0,"id":"r1"}}
                """,
                "issue"));
    assertThat(issue.sentence()).isEqualTo("a known city: hosts.1.name does not match ^a");
  }

  @Test
  void theAuthorsOwnWordsAreTold() {
    Issue issue =
        only(
            """
            {"type":"pattern","input":"away","pattern":".","message":"say where","fix":"set it"}
            """);
    assertThat(issue.message()).isEqualTo("say where");
    assertThat(issue.help()).isEqualTo("set it");
    assertThat(issue.sentence()).isEqualTo("away: say where");
    assertThat(issue.rule().name()).isEqualTo("rule 1");
  }

  @Test
  void aValueThatNeedNotBeThereMustFitWhenItIs() {
    String rule = "{\"type\":\"pattern\",\"path\":\"%s\",\"pattern\":\"^x\",\"required\":false}";
    assertThat(issues("[" + rule.formatted("away") + "]")).isEmpty();
    assertThat(only(rule.formatted("city")).code()).isEqualTo("config.pattern_mismatch");
  }

  @Test
  void theManifestItselfCanBeAskedAbout() {
    ObjectNode manifest =
        manifest(
            """
            {"rules":[{"type":"pattern","source":"Manifest","path":"job_name","pattern":"^nightly"}]}
            """);
    manifest.put("job_name", "daily");
    List<Issue> issues = issues(manifest, null);
    assertThat(issues).hasSize(1);
    assertThat(issues.getFirst().location().pointer()).isEqualTo("/manifest/job_name");
    assertThat(issues(manifest.put("job_name", "Nightly one"), null)).isEmpty();
  }

  @Test
  void caseCountsOnRequest() {
    String rule = "[{\"type\":\"pattern\",\"path\":\"city\",\"pattern\":\"porto\"%s}]";
    assertThat(issues(rule.formatted(""))).isEmpty();
    assertThat(issues(rule.formatted(",\"ignore_case\":true"))).isEmpty();
    assertThat(issues(rule.formatted(",\"ignore_case\":false"))).hasSize(1);
  }

  @Test
  void secretsAreNotReported() {
    Issue token = only("{\"type\":\"pattern\",\"path\":\"api_token\",\"pattern\":\"^sk-[0-9]\"}");
    assertThat(token.actual()).isEqualTo("[redacted]");
    assertThat(token.expected()).isEqualTo("[redacted]");
    assertThat(token.message()).doesNotContain("hunter2", "sk-");
    Issue url = only("{\"type\":\"pattern\",\"path\":\"url\",\"pattern\":\"^ftp\"}");
    assertThat(url.actual()).isEqualTo("https://host/x?key=1&access_token=[redacted]&q=2");
    ObjectNode manifest =
        manifest("[{\"type\":\"pattern\",\"path\":\"all\",\"pattern\":\"^nothing\"}]");
    Issue nested =
        issues(
                manifest,
                """
                {"all":{"password":"p","n":1,"list":["a",{"client_secret":["s"]}],
                 "text":"{\\"password\\":\\"deep\\"}"}}
                """)
            .getFirst();
    assertThat(Json.write(nested.actual()))
        .isEqualTo(
            "{\"password\":\"[redacted]\",\"n\":1,\"list\":[\"a\",{\"client_secret\":[\"[redacted]\"]}],"
                + "\"text\":\"{\\\"password\\\":\\\"[REDACTED]\\\"}\"}");
  }

  @Test
  void whatTheAuthorCallsSecretIsNotTold() {
    for (String path : List.of("gate.word", "gate")) {
      ObjectNode manifest =
          manifest(
              "[{\"type\":\"pattern\",\"path\":\"%s\",\"pattern\":\"^nothing\"}]".formatted(path));
      manifest.set(
          "init_config_review",
          Json.parseObject("{\"fields\":[{\"path\":\"gate.word\",\"secret\":true}]}", "a review"));

      assertThat(Json.write(issues(manifest, "{\"gate\":{\"word\":\"hush\"}}")))
          .doesNotContain("hush")
          .contains("[redacted]");
    }
  }

  @Test
  void longValuesAreShortened() {
    ObjectNode config = Json.object().put("text", "x".repeat(5000));
    config.putArray("list").addAll(Json.MAPPER.createArrayNode().add(1));
    for (int i = 0; i < 50; i++) {
      config.withArray("list").add(i);
    }
    String rules =
        """
        [{"type":"pattern","path":"text","pattern":"^y"},{"type":"pattern","path":"list","pattern":"y"}]
        """;
    List<Issue> issues = issues(manifest(rules), Json.write(config));
    assertThat((String) issues.get(0).actual()).hasSize(2001).endsWith("x…");
    assertThat((List<?>) issues.get(1).actual()).hasSize(20);
  }

  @Test
  void pathsAreWrittenAsJsonPointers() {
    Issue issue = only("{\"type\":\"pattern\",\"path\":\"odd/na~me\",\"pattern\":\"^y\"}");
    assertThat(issue.location().pointer()).isEqualTo("/config/odd~1na~0me");
  }

  @Test
  void theConfigurationIsWhatTheDoorOrTheNodesOrTheInputsSay() {
    String rule = "[{\"type\":\"pattern\",\"path\":\"city\",\"pattern\":\"^porto$\"}]";
    ObjectNode inputs = manifest(rule);
    ObjectNode city = inputs.putObject("inputs").putObject("city").put("default", "Lisboa");
    assertThat(issues(inputs, null)).extracting(Issue::actual).containsExactly("Lisboa");
    city.put("value", "Porto");
    assertThat(issues(inputs, null)).isEmpty();
    assertThat(issues(inputs, "{\"city\":\"Faro\"}")).isEmpty(); // who gives it knows best
    city.remove("value");
    assertThat(issues(inputs, "{}")).extracting(Issue::actual).containsExactly("Lisboa");
    ObjectNode carried = inputs.deepCopy();
    ObjectNode environment =
        carried.putArray("nodes").addObject().putObject("config").putObject("environment");
    environment.put("MN_BLUEPRINT_CONFIG_JSON", "{\"city\":\"Braga\"}");
    assertThat(issues(carried, null)).extracting(Issue::actual).containsExactly("Braga");
    assertThat(issues(carried, "{\"city\":\"porto\"}")).isEmpty();
    environment.putObject("MN_BLUEPRINT_CONFIG_JSON").put("city", "Faro");
    assertThat(issues(carried, null)).extracting(Issue::actual).containsExactly("Faro");
    carried.putObject("metadata").putObject("blueprint_config").put("city", "Sines");
    assertThat(issues(carried, null)).extracting(Issue::actual).containsExactly("Sines");
    assertThat(issues(manifest(rule), null))
        .extracting(Issue::code)
        .containsExactly("config.required");
  }

  @Test
  void aConfigurationThatIsNoneIsToldForEachRuleThatNeedsIt() {
    ObjectNode manifest =
        manifest(
                """
            [{"type":"pattern","path":"a","pattern":"b"},
             {"type":"pattern","path":"job_name","source":"manifest","pattern":"b"},
             {"type":"command","command":"true"}]
            """)
            .put("job_name", "b");
    assertThat(issues(manifest, "[1]"))
        .extracting(Issue::code)
        .containsExactly("validator.invalid", "validator.invalid");
    assertThat(calls).isEmpty();
  }

  @Test
  void forceSkipsAllRules() {
    ObjectNode manifest = manifest("[{\"type\":\"command\",\"command\":\"false\"}]");
    manifest.putObject("metadata").putObject("mn_validation").put("force", true);
    ending = new Ended.Exited(1, "");
    assertThat(issues(manifest, CONFIG)).isEmpty();
    manifest.putObject("metadata").put("force_validation", true);
    assertThat(issues(manifest, CONFIG)).isEmpty();
    assertThat(calls).isEmpty();
  }

  @Test
  void rulesOutOfFormAreLeftToTheCheckOfForms() {
    assertThat(
            issues("[1,{\"type\":\"x\"},{\"type\":\"pattern\",\"path\":\"a\",\"pattern\":\"(\"}]"))
        .isEmpty();
  }

  @Test
  void allRulesAreAskedAndTheirResultsAreKept() {
    var outcome =
        InputValidation.of(
            manifest(
                """
                [{"type":"pattern","path":"city","pattern":"^x"},
                 {"type":"pattern","path":"city","pattern":"^p","name":"p"}]
                """),
            CONFIG,
            (_, _, _, _) -> ending);
    assertThat(outcome.isOk()).isFalse();
    assertThat(Json.write(outcome.results()))
        .isEqualTo(
            "[{\"type\":\"input_rule\",\"rule\":{\"name\":\"rule 1\",\"type\":\"pattern\",\"index\":0},\"ok\":false},"
                + "{\"type\":\"input_rule\",\"rule\":{\"name\":\"p\",\"type\":\"pattern\",\"index\":1},\"ok\":true}]");
  }

  @Test
  void hostileRulesEndWhateverTheySearchFor() {
    String rule = "{\"type\":\"pattern\",\"path\":\"text\",\"pattern\":\"%s\"}";
    String big = rule.formatted("(a{100}b?){190}c");
    String rules = "[" + rule.formatted("(a+)+$") + (", " + big).repeat(99) + "]";
    String config = Json.write(Json.object().put("text", "a".repeat(10_000) + "b"));
    List<Issue> issues = issues(manifest(rules), config);
    assertThat(issues).hasSize(100);
    assertThat(issues.getFirst().code()).isEqualTo("config.pattern_mismatch");
    assertThat(issues.getLast().code()).isEqualTo("validator.timeout");
  }

  @Test
  void programsGetTheConfigurationAndWhatTheRuleNames() {
    ObjectNode manifest =
        manifest(
            """
            [{"type":"command","command":"./check.sh  --all","timeout_seconds":2.5,
              "env":{"LEVEL":3,"MODE":"$MODE","NONE":"$GONE"}}]
            """);
    manifest
        .putArray("nodes")
        .addObject()
        .putObject("config")
        .putObject("environment")
        .put("MODE", "x");
    assertThat(issues(manifest, "{\"a\":1}")).isEmpty();
    assertThat(calls)
        .containsExactly(
            new Call(
                List.of("./check.sh", "--all"),
                Map.of(
                    "MN_BLUEPRINT_CONFIG_JSON", "{\"a\":1}", "LEVEL", "3", "MODE", "x", "NONE", ""),
                Duration.ofMillis(2500)));
  }

  @Test
  void aProgramHasThirtySeconds() {
    issues("[{\"type\":\"command\",\"command\":[\"true\"]}]");
    assertThat(calls.getFirst().limit()).isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '~',
      value = {
        "0 ~ '' ~ ~ ",
        "0 ~ all is well ~ ~ ",
        "0 ~ '{\"ok\":true}' ~ ~ ",
        "1 ~ 'line\nno such city' ~ validator.command_failed ~ v ended with exit code 1: no such city",
        "7 ~ '' ~ validator.command_failed ~ v ended with exit code 7",
        "0 ~ '{\"ok\":false}' ~ validator.command_failed ~ 'v ended with ok: false: {\"ok\":false}'",
        "0 ~ '{\"ok\":\"no\"}' ~ validator.invalid ~ v printed a report whose ok is neither true nor false",
        "0 ~ 'x\n{\"ok\":false,\"issues\":[{\"message\":\"m\"}]}' ~ validator.command_failed ~ m",
        "0 ~ '{\"errors\":[\"bad\"]}' ~ validator.command_failed ~ bad",
        "0 ~ '{\"issues\":[{\"code\":\"my.code\",\"message\":\"m\"}]}' ~ my.code ~ m",
        "0 ~ '{\"message\":\"alone\"}' ~ validator.command_failed ~ alone",
        "1 ~ '{\"ok\":true}' ~ validator.command_failed ~ 'v ended with exit code 1: {\"ok\":true}'",
        "1 ~ '{broken}' ~ validator.command_failed ~ v ended with exit code 1: {broken}",
      })
  void whatAProgramPrintsAndEndsWithCounts(int exit, String output, String code, String message) {
    ending = new Ended.Exited(exit, output == null ? "" : output);
    List<Issue> issues = issues("[{\"type\":\"command\",\"name\":\"v\",\"command\":\"x\"}]");
    assertThat(issues.stream().map(Issue::code))
        .isEqualTo(code == null ? List.of() : List.of(code));
    if (code != null) {
      assertThat(issues.getFirst().message()).isEqualTo(message);
      assertThat(issues.getFirst().location().pointer()).isEqualTo("/manifest/input_validation/0");
      assertThat(issues.getFirst().debug()).isNotNull();
    }
  }

  @Test
  void aWarningOfAProgramRefusesNothing() {
    ending =
        new Ended.Exited(
            0,
            """
            {"ok":true,"issues":[{"message":"old","severity":"warning","path":"city",
             "actual":"x","help":"renew it"}]}
            """
                .replace("\n", " "));
    Issue issue = only("{\"type\":\"command\",\"command\":\"x\"}");
    assertThat(issue.isError()).isFalse();
    assertThat(issue.location().pointer()).isEqualTo("/config/city");
    assertThat(issue.help()).isEqualTo("renew it");
    assertThat(issue.actual()).isEqualTo("x");
  }

  @Test
  void programsThatDoNotEndOrAreNotRunAreErrors() {
    String rule =
        "{\"type\":\"command\",\"name\":\"v\",\"command\":\"x\",\"timeout_seconds\":1.5,\"path\":\"a.b\"}";
    ending = new Ended.TimedOut("half");
    Issue late = only(rule);
    assertThat(late.code()).isEqualTo("validator.timeout");
    assertThat(late.message()).isEqualTo("v had not ended after 1.5 s");
    assertThat(late.location().pointer()).isEqualTo("/config/a/b");
    ending = new Ended.NotRun("commands are off", "Turn them on.");
    Issue away = only(rule);
    assertThat(away.code()).isEqualTo("validator.unavailable");
    assertThat(away.message()).isEqualTo("v was not run: commands are off");
    assertThat(away.help()).isEqualTo("Turn them on.");
  }

  @Test
  void whatAProgramPrintsIsKeptShortAndWithoutSecrets() {
    ending = new Ended.Exited(1, "{\"token\":\"abc\"}\n" + "x".repeat(10_000_000));
    Issue issue = only("{\"type\":\"command\",\"command\":\"x\"}");
    assertThat(Json.write(issue)).doesNotContain("abc").hasSizeLessThan(4000);
  }
}
