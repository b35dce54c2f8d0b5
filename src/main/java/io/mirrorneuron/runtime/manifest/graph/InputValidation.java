package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.runtime.manifest.graph.InputRule.Check;
import io.mirrorneuron.runtime.manifest.graph.InputRule.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Checks the input of a job by the rules of its manifest ({@code rest.md} 18.4). Pure, except for
 * the programs of rules. For one use.
 */
public final class InputValidation {
  /**
   * Search steps for one submission: bounds the time to seconds, whatever pattern and input are
   * given.
   */
  private static final long MOST_WORK = 300_000_000;

  private final InputDocument document;
  private final ProgramRules programs;
  private final List<Issue> issues = new ArrayList<>();
  private final List<Object> results = new ArrayList<>();
  private long work;

  private InputValidation(InputDocument document, RulePrograms programs) {
    this.document = document;
    this.programs = new ProgramRules(document, programs);
  }

  /**
   * @param issues errors, and warnings of programs
   * @param results one per rule
   */
  public record Outcome(List<Issue> issues, List<Object> results) {
    public static final Outcome NOTHING = new Outcome(List.of(), List.of());

    public boolean isOk() {
      return issues.stream().noneMatch(Issue::isError);
    }
  }

  record Result(String type, Validation.Rule rule, boolean ok) {}

  /**
   * Skips malformed rules, which are reported with the form of the manifest, and all rules if the
   * manifest says so.
   *
   * @param configJson see {@link InputDocument#of}
   */
  public static Outcome of(ObjectNode manifest, String configJson, RulePrograms programs) {
    List<InputRule> rules = InputRules.of(manifest);
    if (rules.isEmpty()) {
      return Outcome.NOTHING;
    }
    InputValidation asked = new InputValidation(InputDocument.of(manifest, configJson), programs);
    rules.forEach(asked::ask);
    return new Outcome(List.copyOf(asked.issues), List.copyOf(asked.results));
  }

  private void ask(InputRule rule) {
    List<Issue> found =
        document.config() == null && (rule.target() == null || !rule.target().isOfManifest())
            ? List.of(unreadable(rule))
            : switch (rule.check()) {
              case Check.Text text -> search(rule, text);
              case Check.Program program -> programs.ask(rule, program);
            };
    issues.addAll(found);
    results.add(
        new Result("input_rule", rule.reported(), found.stream().noneMatch(Issue::isError)));
  }

  private static Issue unreadable(InputRule rule) {
    return issue(
        rule,
        "validator.invalid",
        "%s cannot be checked: the configuration is no JSON object"
            .formatted(rule.reported().name()),
        "Let %s hold a JSON object.".formatted(InputDocument.CONFIG));
  }

  private List<Issue> search(InputRule rule, Check.Text text) {
    Target target = rule.target();
    JsonNode value = document.at(target);
    if (value == null) {
      return text.required() ? List.of(missing(rule)) : List.of();
    }
    String searched = InputDocument.text(value);
    work += text.pattern().work(searched);
    if (work > MOST_WORK) {
      return List.of(tooMuch(rule));
    }
    return text.pattern().isIn(searched) ? List.of() : List.of(mismatch(rule, text, value));
  }

  private static Issue missing(InputRule rule) {
    Target target = rule.target();
    return issue(
            rule,
            "config.required",
            "%s: %s must have a value".formatted(rule.reported().name(), target.path()),
            "Give %s a value in the %s."
                .formatted(
                    target.path(), target.isOfManifest() ? "manifest" : "configuration or inputs"))
        .instead("a value", null);
  }

  private Issue mismatch(InputRule rule, Check.Text text, JsonNode value) {
    List<String> steps = rule.target().steps();
    Object expected = RedactedValue.of(steps, TextNode.valueOf(text.written()));
    Object actual =
        document.isSecret(rule.target()) ? RedactedValue.HIDDEN : RedactedValue.of(steps, value);
    return issue(
            rule,
            "config.pattern_mismatch",
            "%s: %s does not match %s"
                .formatted(rule.reported().name(), rule.target().path(), expected),
            "Give %s a value that matches.".formatted(rule.target().path()))
        .instead(expected, actual);
  }

  private static Issue tooMuch(InputRule rule) {
    return issue(
        rule,
        "validator.timeout",
        "%s was not checked: the patterns and values of these rules are too long together"
            .formatted(rule.reported().name()),
        "Write shorter patterns, or rules about shorter values.");
  }

  /** An error of a rule, in its author's words if there are any. */
  static Issue issue(InputRule rule, String code, String message, String help) {
    return Issue.error(
            code,
            Objects.requireNonNullElse(rule.message(), message),
            Objects.requireNonNullElse(rule.help(), help),
            location(rule))
        .by(rule.reported());
  }

  /** The place of the rule's target, else of the rule. */
  static Location location(InputRule rule) {
    Target target = rule.target();
    return target == null ? rule.place() : location(target.source(), target);
  }

  private static Location location(String source, Target target) {
    String pointer =
        target.steps().stream()
            .map(step -> "/" + step.replace("~", "~0").replace("/", "~1"))
            .collect(Collectors.joining());
    return new Location(source, target.path(), "/" + source + pointer);
  }

  /** Members in this order, without null values. */
  static Map<String, Object> members(Object... namesAndValues) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] != null) {
        members.put((String) namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return members;
  }
}
