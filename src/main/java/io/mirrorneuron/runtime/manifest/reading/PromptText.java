package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask.Filled;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask.Prompt;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition.Context;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with placeholders: <code>${payload.total}</code> and the other paths of conditions stand
 * for values of the message, <code>${inputs.count.total}</code> for a value of the output of step
 * {@code count}; <code>$${</code> is <code>${</code>. Texts are inserted as they are, all else as
 * JSON. A missing value is shown as <code>(no payload.total)</code>.
 */
public final class PromptText implements Prompt {
  private static final Pattern VALUE = Pattern.compile("\\$?\\$\\{([^}]*)(\\}?)");
  private static final String INPUTS = "inputs.";
  private static final int MAX_VALUE = 2000;
  private static final int MAX_CHARS = 10_000;

  /** A placeholder, or a text between placeholders. */
  private interface Part {
    void add(Context message, JsonNode inputs, StringBuilder text, List<String> missing);
  }

  private final List<Part> parts = new ArrayList<>();
  private final Set<String> parents = new LinkedHashSet<>();

  private PromptText() {}

  /** Reports errors at the place; if there are any, the result must not be used. */
  public static PromptText compile(ManifestValue place) {
    PromptText prompt = new PromptText();
    String text = place.asText();
    Matcher matcher = VALUE.matcher(text);
    int end = 0;
    while (matcher.find()) {
      prompt.plain(text.substring(end, matcher.start()));
      end = matcher.end();
      if (matcher.group().startsWith("$$")) {
        prompt.plain("${");
        end = matcher.start(1);
      } else if (matcher.group(2).isEmpty()) {
        place.error(
            ManifestProblem.SHAPE, place.label() + " has ${ without }; write $${ for the text ${");
      } else {
        prompt.value(matcher.group(1).strip(), place);
      }
      matcher.region(end, text.length());
    }
    prompt.plain(text.substring(end));
    return prompt;
  }

  private void plain(String words) {
    parts.add((message, inputs, text, missing) -> text.append(words));
  }

  private void value(String path, ManifestValue place) {
    if (path.startsWith(INPUTS)) {
      List<String> steps = List.of(path.substring(INPUTS.length()).split("\\.", -1));
      parents.add(steps.getFirst());
      parts.add(
          (_, inputs, text, missing) ->
              add(path, ContextPath.follow(inputs, steps), text, missing));
      return;
    }
    Optional<ContextPath> read = ContextPath.parse(path);
    if (read.isEmpty()) {
      place.error(
          ManifestProblem.SHAPE,
          "%s: path %s must begin with %s or inputs.STEP"
              .formatted(place.label(), ManifestValue.shown(path), ContextPath.ROOTS));
    } else {
      parts.add((message, _, text, missing) -> add(path, read.get().read(message), text, missing));
    }
  }

  private static void add(String path, JsonNode value, StringBuilder text, List<String> missing) {
    if (value.isNull()) {
      text.append("(no ").append(path).append(')');
      missing.add(path);
    } else {
      text.append(cut(value.isTextual() ? value.textValue() : value.toString(), MAX_VALUE));
    }
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + "…";
  }

  @Override
  public Set<String> parents() {
    return Collections.unmodifiableSet(parents);
  }

  @Override
  public Filled fill(Context message, JsonNode inputs) {
    StringBuilder text = new StringBuilder();
    List<String> missing = new ArrayList<>();
    parts.forEach(part -> part.add(message, inputs, text, missing));
    return new Filled(cut(text.toString(), MAX_CHARS), missing.stream().distinct().toList());
  }
}
