package io.mirrorneuron;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Sources;
import io.mirrorneuron.testing.Sources.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How large a part of the program may be. Whatever exceeds a budget is split where its reasons to
 * change part; what must exceed one stands in {@link #EXCEPTIONS}. See {@link ArchitectureTest} for
 * what may know what.
 */
@Tag("rules")
class BudgetTest {
  private static final int CLASS_LINES = 600;
  private static final int METHOD_LINES = 40;
  private static final int PARAMETERS = 7;
  private static final int PACKAGE_CLASSES = 30;
  private static final int LOOK_UPS = 455;

  /**
   * All exceptions of all budgets: where, and why. {@code class}, {@code class.method} or package.
   */
  private static final Map<String, String> EXCEPTIONS = Map.of();

  private static final int MAX_EXCEPTIONS = 10;

  private static final Set<String> JSON_TREES =
      Set.of(
          "com.fasterxml.jackson.databind.JsonNode",
          "com.fasterxml.jackson.databind.node.ArrayNode",
          "com.fasterxml.jackson.databind.node.ObjectNode");

  /** Packages, with those below them, in which documents are read or written as JSON trees. */
  private static final List<String> HOMES_OF_JSON_TREES =
      List.of("wire", "gateway", "runtime/manifest", "runtime/documents");

  /** By package, how many of its classes import JSON trees though they should not. */
  private static final Path DEBT = Path.of("src/test/resources/json-trees.txt");

  private static List<Source> sources;

  @BeforeAll
  static void read() {
    sources = Sources.below(Path.of("src/main/java"), "io.mirrorneuron");
  }

  @Test
  void theSourcesAreRead() {
    assertThat(sources).hasSizeGreaterThan(400);
    assertThat(sources.stream().mapToInt(source -> source.methods().size()).sum())
        .isGreaterThan(3000);
  }

  @Test
  void aClassHasAtMost600Lines() {
    assertThat(
            sources.stream()
                .filter(source -> source.lines() > CLASS_LINES)
                .filter(source -> !EXCEPTIONS.containsKey(source.path()))
                .map(source -> source.path() + " has " + source.lines() + " lines"))
        .as("classes that do more than one thing: split them")
        .isEmpty();
  }

  @Test
  void aMethodHasAtMost40Lines() {
    assertThat(methods((path, method) -> method.lines() > METHOD_LINES))
        .as("methods with more than %d lines: give their parts names", METHOD_LINES)
        .isEmpty();
  }

  @Test
  void aMethodHasAtMost7Parameters() {
    assertThat(methods((path, method) -> method.parameters() > PARAMETERS))
        .as("methods and constructors with more than %d parameters: make a record", PARAMETERS)
        .isEmpty();
  }

  private interface Excess {
    boolean test(String path, Sources.Method method);
  }

  private static Stream<String> methods(Excess excess) {
    return sources.stream()
        .flatMap(
            source ->
                source.methods().stream()
                    .filter(method -> excess.test(source.path(), method))
                    .filter(method -> !EXCEPTIONS.containsKey(source.path() + "." + method.name()))
                    .map(
                        method ->
                            "%s.%s has %d lines and %d parameters"
                                .formatted(
                                    source.path(),
                                    method.name(),
                                    method.lines(),
                                    method.parameters())));
  }

  @Test
  void aPackageHasAtMost30Classes() {
    Map<String, Long> sizes =
        sources.stream().collect(groupingBy(source -> packageOf(source), counting()));
    assertThat(sizes.entrySet().stream().filter(entry -> entry.getValue() > PACKAGE_CLASSES))
        .as("packages that are too large to look over: cut them where few arrows cross")
        .extracting(Map.Entry::getKey)
        .filteredOn(name -> !EXCEPTIONS.containsKey(name))
        .isEmpty();
  }

  private static String packageOf(Source source) {
    return source.packageName().isEmpty() ? "." : source.packageName().replace('.', '/');
  }

  @Test
  void eachTopLevelClassHasANameOfItsOwn() {
    assertThat(sources.stream().collect(groupingBy(Source::name)).values())
        .as("classes with the same name: who looks for one finds the other; rename one")
        .filteredOn(same -> same.size() > 1)
        .extracting(same -> same.stream().map(Source::path).collect(joining(", ")))
        .isEmpty();
  }

  @Test
  void jsonTreesStayAtHome() throws IOException {
    Map<String, Integer> now = new TreeMap<>();
    sources.stream()
        .filter(source -> source.imports().stream().anyMatch(JSON_TREES::contains))
        .filter(source -> !isHomeOfJsonTrees(packageOf(source)))
        .forEach(source -> now.merge(packageOf(source), 1, Integer::sum));
    if ("write".equals(System.getProperty("json.trees"))) {
      write(now);
    }
    Map<String, Integer> allowed = debt();
    Set<String> packages = new TreeSet<>(now.keySet());
    packages.addAll(allowed.keySet());
    List<String> faults = new ArrayList<>();
    for (String name : packages) {
      int imports = now.getOrDefault(name, 0);
      int limit = allowed.getOrDefault(name, 0);
      if (imports > limit) {
        faults.add(
            "%s: %d classes import JSON trees, %d may; pass a record instead (trees may be in %s)"
                .formatted(name, imports, limit, HOMES_OF_JSON_TREES));
      } else if (imports < limit) {
        faults.add(
            "%s: only %d classes import JSON trees now; write that instead of %d into %s, or run with -Djson.trees=write"
                .formatted(name, imports, limit, DEBT));
      }
    }
    assertThat(faults).isEmpty();
  }

  /** A member of a document is named once, where it is read into a record. */
  @Test
  void membersAreSeldomLookedUpByName() throws IOException {
    Pattern lookUp = Pattern.compile("\\.(path|at)\\(\"");
    Map<String, Long> lookUps = new TreeMap<>();
    for (Source source : sources) {
      Path file = Path.of("src/main/java/io/mirrorneuron", source.path() + ".java");
      lookUps.merge(
          packageOf(source), lookUp.matcher(Files.readString(file)).results().count(), Long::sum);
    }
    assertThat(lookUps.values().stream().mapToLong(Long::longValue).sum())
        .as(
            "look-ups by name in JSON trees: make a record of what is read; by package: %s",
            lookUps)
        .isBetween(1L, (long) LOOK_UPS);
  }

  private static boolean isHomeOfJsonTrees(String name) {
    return HOMES_OF_JSON_TREES.stream()
        .anyMatch(home -> name.equals(home) || name.startsWith(home + "/"));
  }

  private static Map<String, Integer> debt() throws IOException {
    Map<String, Integer> debt = new TreeMap<>();
    for (String line : Files.readAllLines(DEBT)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] words = line.split("\\s+");
        debt.put(words[0], Integer.parseInt(words[1]));
      }
    }
    return debt;
  }

  /** Only what has become less: a number that grows is written by hand, and looked at. */
  private static void write(Map<String, Integer> now) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(DEBT)) {
      String[] words = line.split("\\s+");
      boolean counts = !line.isBlank() && !line.startsWith("#");
      int imports = counts ? now.getOrDefault(words[0], 0) : 0;
      if (!counts) {
        lines.add(line);
      } else if (imports > 0) {
        lines.add(words[0] + " " + Math.min(imports, Integer.parseInt(words[1])));
      }
    }
    Files.write(DEBT, lines);
  }

  @Test
  void thereAreFewExceptionsAndEachIsNeeded() {
    assertThat(EXCEPTIONS).as("exceptions").hasSizeLessThanOrEqualTo(MAX_EXCEPTIONS);
    Set<String> exceeding = new TreeSet<>();
    for (Source source : sources) {
      if (source.lines() > CLASS_LINES) {
        exceeding.add(source.path());
      }
      source.methods().stream()
          .filter(method -> method.lines() > METHOD_LINES || method.parameters() > PARAMETERS)
          .forEach(method -> exceeding.add(source.path() + "." + method.name()));
    }
    sources.stream()
        .collect(groupingBy(BudgetTest::packageOf, counting()))
        .forEach(
            (name, size) -> {
              if (size > PACKAGE_CLASSES) {
                exceeding.add(name);
              }
            });
    assertThat(exceeding)
        .as("exceptions that are no longer needed must go")
        .containsAll(EXCEPTIONS.keySet());
  }
}
