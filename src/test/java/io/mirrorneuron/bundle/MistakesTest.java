package io.mirrorneuron.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.Bundle;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Issue;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mistakes that authors make, and the exact sentences that they are told: {@code docs/mistakes.md},
 * which {@code -Dmistakes.docs=write} writes.
 */
class MistakesTest {
  private static final Path SOURCE =
      Path.of("src/test/resources/io/mirrorneuron/bundle/mistakes.yaml");
  private static final Path PAGE = Path.of("docs/mistakes.md");
  private static final boolean WRITE = "write".equals(System.getProperty("mistakes.docs"));
  private static final String HEAD =
      """
      # Mistakes, and what `mn validate` says

      Each line is a mistake in one of the manifests at the end of this page: what was there, what somebody wrote
      instead, and what is said of it. The page is made by a test, of what is said today.
      """;

  /** What stands in the resource. */
  private static final JsonNode MISTAKES = read();

  @TempDir Path folder;

  private static JsonNode read() {
    try {
      return YamlText.read(
              Files.readString(SOURCE), new Malformed.FileName("mistakes.yaml", "mistakes.yaml"))
          .tree();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  record Mistake(String group, String form, String right, String wrong) {
    /** As the first lines of an entry of the page. */
    String shown() {
      return switch (right) {
        case "encoding" -> "saved in `%s`".formatted(wrong);
        case "also" -> "`%s` beside it".formatted(wrong);
        case "without" -> "no `%s`".formatted(wrong);
        default ->
            wrong.strip().equals(right.strip())
                ? "%s with one blank more before it (%s)".formatted(code(right), form)
                : "%s instead of %s (%s)"
                    .formatted(wrong.isEmpty() ? "nothing" : code(wrong), code(right), form);
      };
    }

    private static String code(String text) {
      String line = text.strip().replaceAll("\\s*\\n\\s*", " ⏎ ").replace("\t", "⇥");
      return "`" + (text.startsWith("\t") ? "⇥" : "") + line + "`";
    }

    @Override
    public String toString() {
      return shown();
    }
  }

  static List<Mistake> mistakes() {
    List<Mistake> mistakes = new ArrayList<>();
    for (JsonNode group : MISTAKES.get("groups")) {
      for (JsonNode one : group.get("mistakes")) {
        mistakes.add(
            new Mistake(
                group.get("title").asText(),
                one.get(0).asText(),
                one.get(1).asText(),
                one.get(2).asText()));
      }
    }
    return mistakes;
  }

  private static JsonNode form(String name) {
    return MISTAKES.get("forms").get(name);
  }

  /** The folder with the files that the manifests name. */
  private Path lay(String form) throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("my-bundle"));
    Files.createDirectories(bundle.resolve("payloads"));
    for (String file : List.of("fetch.py", "check.sh", "publish.py")) {
      Files.writeString(bundle.resolve("payloads").resolve(file), "");
    }
    Files.writeString(file(bundle, form), form(form).get("text").asText());
    return bundle;
  }

  private static Path file(Path bundle, String form) {
    return bundle.resolve(form(form).get("file").asText());
  }

  private List<String> reported(Mistake mistake) throws IOException {
    Path bundle = lay(mistake.form);
    Path file = file(bundle, mistake.form);
    String text = Files.readString(file);
    switch (mistake.right) {
      case "encoding" ->
          Files.write(
              file, text.replace("Morning", "Manhã").getBytes(Charset.forName(mistake.wrong)));
      case "also" -> Files.writeString(bundle.resolve(mistake.wrong), "{}");
      case "without" -> Files.delete(file);
      default -> {
        assertThat(text).as("what is to be replaced").contains(mistake.right);
        int at = text.indexOf(mistake.right);
        Files.writeString(
            file,
            text.substring(0, at) + mistake.wrong + text.substring(at + mistake.right.length()));
      }
    }
    return reported(bundle);
  }

  private List<String> reported(Path bundle) {
    try (Bundle opened = Bundle.open(bundle)) {
      return opened.validate().issues().stream().map(MistakesTest::line).toList();
    } catch (MnException e) {
      return Malformed.issues(e).stream()
          .map(issue -> line(issue).replace(bundle.getParent() + "/", ""))
          .toList();
    }
  }

  private static String line(Issue issue) {
    boolean isError = issue.isError() || issue.code().equals(Issue.SCRIPT_MISSING);
    return (isError ? "error: " : "warning: ") + issue.sentence(); // as mn validate has it
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void eachIsToldAsThePageHasIt(Mistake mistake) throws IOException {
    List<String> reported = reported(mistake);
    assertThat(reported).as("what is told").isNotEmpty();
    if (!WRITE) {
      assertThat(Files.readString(PAGE)).contains(entry(mistake, reported));
    }
  }

  private static String entry(Mistake mistake, List<String> reported) {
    return "%n* %s%n%n  ```%n  %s%n  ```%n"
        .formatted(mistake.shown(), String.join("\n  ", reported))
        .replace("\r", "");
  }

  @Test
  void thereAreManyAndTheyAreDifferent() {
    assertThat(mistakes()).hasSizeGreaterThanOrEqualTo(60).doesNotHaveDuplicates();
  }

  @Test
  void whatIsRightIsRight() throws IOException {
    for (String form : List.of("short", "graph", "steps")) {
      Path bundle = lay(form);
      try (Bundle opened = Bundle.open(bundle)) {
        Validation report = opened.validate();
        assertThat(report.issues()).as(form).isEmpty();
      }
      Files.delete(file(bundle, form));
    }
  }

  @Test
  void thePageHasThemAllAndNothingElse() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    Set<String> groups = new LinkedHashSet<>();
    for (Mistake mistake : mistakes()) {
      if (groups.add(mistake.group)) {
        page.append("\n## ").append(mistake.group).append('\n');
      }
      page.append(entry(mistake, reported(mistake)));
      try (Stream<Path> files = Files.list(folder.resolve("my-bundle"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.delete(file);
        }
      }
    }
    page.append("\n## The manifests\n");
    for (String form : List.of("short", "graph", "steps")) {
      String text = form(form).get("text").asText();
      String kind = form.equals("short") ? "yaml" : "json";
      page.append("\n%s:%n%n```%s%n%s```%n".formatted(form, kind, text).replace("\r", ""));
    }
    if (WRITE) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page.toString());
  }
}
