package io.mirrorneuron.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The answers of a run of the scenarios, beside those that are kept. */
final class GoldenFiles {
  static final String REWRITE =
      "./mvnw -B verify -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dit.test=GoldenAnswersE2E -Dgolden=write";
  private static final Path KEPT = Path.of("src", "test", "resources", "golden");

  private final TreeMap<String, String> answers = new TreeMap<>();

  /**
   * @param path below the folder of golden files
   * @throws AssertionError when two cases have one name
   */
  void add(String path, String text) {
    String line = text.endsWith("\n") ? text : text + "\n";
    if (answers.put(path, line) != null) {
      throw new AssertionError("two cases are called " + path);
    }
  }

  /** The kept ones and the new ones. */
  Set<String> all() {
    TreeSet<String> all = new TreeSet<>(kept());
    all.addAll(answers.keySet());
    return all;
  }

  private static Set<String> kept() {
    if (!Files.exists(KEPT)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.walk(KEPT)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> KEPT.relativize(file).toString())
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the kept files those of this run. */
  void write() {
    try {
      for (String unused : kept()) {
        Files.delete(KEPT.resolve(unused));
      }
      for (var answer : answers.entrySet()) {
        Path file = KEPT.resolve(answer.getKey());
        Files.createDirectories(file.getParent());
        Files.writeString(file, answer.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @throws AssertionError that tells the first line that differs
   */
  void check(String path) {
    String answer = answers.get(path);
    Path file = KEPT.resolve(path);
    if (answer == null) {
      throw new AssertionError(
          "no case answers " + file + "; remove it, or rewrite all: " + REWRITE);
    }
    try {
      String golden = Files.exists(file) ? Files.readString(file) : "";
      if (!golden.equals(answer)) {
        throw new AssertionError(difference(file, golden, answer));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String difference(Path file, String golden, String answer) {
    String[] kept = golden.split("\n", -1);
    String[] now = answer.split("\n", -1);
    int line = 0;
    while (line < kept.length && line < now.length && kept[line].equals(now[line])) {
      line++;
    }
    return "%s, line %d%n  golden: %s%n  now:    %s%nIf that is wanted: %s"
        .formatted(file, line + 1, at(kept, line), at(now, line), REWRITE);
  }

  private static String at(String[] lines, int line) {
    return line < lines.length ? lines[line] : "(nothing)";
  }
}
