package io.mirrorneuron.bundle;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;

/** What the reader of YAML complains about, in words that help its author. */
final class YamlProblem {
  private static final int SHOWN_CHARS = 160;

  /** By a part of the reader's words. */
  private static final List<Map.Entry<String, String>> WORDS =
      List.of(
          Map.entry("TAB", "a tab stands where only spaces may: indent with spaces"),
          Map.entry("single document", "it holds several documents: keep one, and no ---"),
          Map.entry(
              "mapping values are not allowed",
              "a name with a colon stands where none may: look at the indentation, and quote text"
                  + " that has a colon"),
          Map.entry(
              "expected <block end>", "the indentation does not fit that of the lines before"),
          Map.entry("expected ',' or ']'", "a list in [ ] is not closed, or lacks a comma"),
          Map.entry("expected ',' or '}'", "an object in { } is not closed, or lacks a comma"),
          Map.entry("undefined alias", "an alias (*name) names no anchor (&name) before it"),
          Map.entry("Number of aliases", "it has too many aliases"),
          Map.entry("unexpected end of stream", "a quote is not closed"),
          Map.entry(
              "could not find expected ':'",
              "a name without its colon, or text over several lines without quotes"));

  private YamlProblem() {}

  static String words(YamlEngineException failure) {
    String told =
        failure instanceof MarkedYamlEngineException marked
            ? Objects.requireNonNullElse(marked.getContext(), "") + " " + marked.getProblem()
            : String.valueOf(failure.getMessage());
    String line = told.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return WORDS.stream()
        .filter(known -> line.contains(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "…");
  }

  static String tag(Tag tag) {
    return "tag %s is not known here: leave it out".formatted(tag.getValue());
  }
}
