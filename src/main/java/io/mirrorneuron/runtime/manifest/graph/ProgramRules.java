package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.runtime.manifest.graph.InputRule.Check;
import io.mirrorneuron.runtime.manifest.graph.RulePrograms.Ended;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Rules that are programs. Exit code 0 means valid, unless the program prints a line with a JSON
 * object that says otherwise: {@code ok}, and {@code issues} or {@code errors}, each a text or an
 * object with {@code message} and perhaps more.
 *
 * @param document the checked document, which programs get in a file, and as a variable when it is
 *     short enough
 */
record ProgramRules(InputDocument document, RulePrograms programs) {
  private static final String FAILED = "validator.command_failed";
  private static final String INVALID = "validator.invalid";

  /** Linux starts no program with a variable of 128 KiB; a configuration may be much longer. */
  private static final int LONGEST_BYTES = 96 << 10;

  /** Maximum of reported issues per program. */
  private static final int MOST_ISSUES = 20;

  /** Maximum of printed characters in a message. */
  private static final int LAST_WORDS = 200;

  List<Issue> ask(InputRule rule, Check.Program program) {
    String name = rule.reported().name();
    String config = Json.write(document.config());
    Map<String, String> variables = variables(program, config);
    Optional<String> tooLong =
        variables.keySet().stream().filter(one -> isTooLong(variables.get(one))).findFirst();
    if (tooLong.isPresent()) {
      return List.of(tooLong(rule, tooLong.get()));
    }
    Ended ended =
        programs.run(
            program.command(),
            variables,
            Map.of(InputDocument.CONFIG_FILE, config),
            program.limit());
    return switch (ended) {
      case Ended.NotRun(String why, String help) ->
          List.of(
              InputValidation.issue(
                      rule,
                      RulePrograms.UNAVAILABLE,
                      "%s was not run: %s".formatted(name, why),
                      help)
                  .instead("a program that can be run", program.command().getFirst()));
      case Ended.TimedOut(String output) ->
          List.of(
              InputValidation.issue(
                      rule,
                      "validator.timeout",
                      "%s had not ended after %s s".formatted(name, seconds(program)),
                      "Look why it takes so long, or give it more timeout_seconds.")
                  .instead("an end within %s s".formatted(seconds(program)), "none")
                  .with(debug(output, null)));
      case Ended.Exited(int code, String output) -> ended(rule, code, output);
    };
  }

  private static String seconds(Check.Program program) {
    String text = Double.toString(program.limit().toMillis() / 1000.0);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static boolean isTooLong(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length > LONGEST_BYTES;
  }

  private static Issue tooLong(InputRule rule, String variable) {
    return InputValidation.issue(
        rule,
        RulePrograms.UNAVAILABLE,
        "%s was not run: its variable %s has more than %d bytes"
            .formatted(rule.reported().name(), variable, LONGEST_BYTES),
        "Let it read a file of the bundle, or the one that %s names."
            .formatted(InputDocument.CONFIG_FILE));
  }

  private Map<String, String> variables(Check.Program program, String config) {
    Map<String, String> variables = new LinkedHashMap<>();
    if (!isTooLong(config)) {
      variables.put(InputDocument.CONFIG, config);
    }
    program
        .variables()
        .forEach(
            (name, value) ->
                variables.put(
                    name,
                    value.startsWith("$")
                        ? document.variables().getOrDefault(value.substring(1), "")
                        : value));
    return variables;
  }

  private static List<Issue> ended(InputRule rule, int code, String output) {
    Optional<ObjectNode> reported = report(output);
    List<Issue> issues = reported.map(report -> issues(rule, report)).orElse(List.of());
    boolean isBad = code != 0 || reported.map(ProgramRules::saysNo).orElse(false);
    if (!isBad && issues.stream().noneMatch(Issue::isError)) {
      return issues;
    }
    if (issues.stream().anyMatch(Issue::isError)) {
      return issues.stream().map(one -> one.with(debug(output, code))).toList();
    }
    if (reported.isPresent()
        && !reported.get().path("ok").isBoolean()
        && reported.get().has("ok")) {
      return List.of(
          InputValidation.issue(
                  rule,
                  INVALID,
                  "%s printed a report whose ok is neither true nor false"
                      .formatted(rule.reported().name()),
                  "Let it print {\"ok\": false, \"issues\": [{\"message\": \"…\"}]}.")
              .with(debug(output, code)));
    }
    String words = lastWords(output);
    return List.of(
        InputValidation.issue(
                rule,
                FAILED,
                "%s ended with %s%s"
                    .formatted(
                        rule.reported().name(),
                        code == 0 ? "ok: false" : "exit code " + code,
                        words.isEmpty() ? "" : ": " + words),
                "Look at what it printed, and correct the input.")
            .instead("exit code 0", "exit code " + code)
            .with(debug(output, code)));
  }

  /** Whether the report is negative or invalid. */
  private static boolean saysNo(ObjectNode report) {
    return report.has("ok") && !report.get("ok").asBoolean(false);
  }

  private static Object debug(String output, Integer code) {
    return InputValidation.members("exit_code", code, "output", RedactedValue.text(output));
  }

  private static String lastWords(String output) {
    List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
    String last = lines.isEmpty() ? "" : RedactedValue.text(lines.getLast().strip());
    return last.length() <= LAST_WORDS ? last : last.substring(0, LAST_WORDS) + "…";
  }

  /** The first line that is a JSON object, else the whole output when it is one. */
  private static Optional<ObjectNode> report(String output) {
    return Stream.concat(output.lines(), Stream.of(output))
        .map(String::strip)
        .filter(text -> text.startsWith("{") && text.endsWith("}"))
        .flatMap(text -> object(text).stream())
        .findFirst();
  }

  private static Optional<ObjectNode> object(String text) {
    try {
      return Json.parse(text) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static List<Issue> issues(InputRule rule, ObjectNode report) {
    for (String member : List.of("issues", "errors")) {
      if (report.get(member) != null && report.get(member).isArray()) {
        return Json.elements(report.get(member))
            .limit(MOST_ISSUES)
            .map(one -> issue(rule, one))
            .toList();
      }
    }
    return report.hasNonNull("message") ? List.of(issue(rule, report)) : List.of();
  }

  /** An issue as a program reports it. */
  private record Said(
      String code,
      String message,
      String detail,
      String help,
      String fix,
      String severity,
      String path,
      Location location,
      JsonNode expected,
      JsonNode actual) {}

  private static Issue issue(InputRule rule, JsonNode reported) {
    Said said = LenientJson.read(reported, Said.class);
    String message =
        first(said.message, said.detail, reported.isTextual() ? reported.textValue() : null);
    Location own = InputValidation.location(rule);
    Location place =
        said.location != null && said.location.source() != null
            ? said.location
            : said.path == null
                ? own
                : new Location("config", said.path, "/config/" + said.path.replace('.', '/'));
    List<String> steps = List.of(place.path().split("[.]"));
    Issue issue =
        Issue.error(
                first(said.code, FAILED),
                RedactedValue.text(first(message, rule.reported().name() + " is not content")),
                first(said.help, said.fix, rule.help(), ""),
                place)
            .instead(shown(steps, said.expected), shown(steps, said.actual))
            .by(rule.reported());
    return "warning".equals(said.severity) ? issue.asWarning() : issue;
  }

  private static Object shown(List<String> path, JsonNode value) {
    return value == null ? null : RedactedValue.of(path, value);
  }

  private static String first(String... texts) {
    return Stream.of(texts).filter(Objects::nonNull).findFirst().orElse("");
  }
}
