package io.mirrorneuron;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Sources;
import io.mirrorneuron.testing.Sources.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code docs/architecture.md} names is there. */
@Tag("rules")
class ArchitectureDocTest {
  private static final Path DOCUMENT = Path.of("docs/architecture.md");

  /** {@code runtime/loop/Engine} and {@code port/JobsPort.submit}. */
  private static final Pattern CLASS = Pattern.compile("`((?:[a-z]+/)+[A-Z]\\w*)(?:\\.\\w+)?`");

  private static final Pattern SIMPLE_NAME = Pattern.compile("`([A-Z][a-z]\\w*)`");
  private static final Pattern FOLDER = Pattern.compile("`((?:[a-z]+/)+)`");
  private static final Pattern FILE = Pattern.compile("`((?:openapi|conf)/[\\w/.-]+\\.yaml)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)");

  private static String text;
  private static Set<String> paths;
  private static Set<String> names;

  @BeforeAll
  static void read() throws IOException {
    text = Files.readString(DOCUMENT);
    List<Source> sources = Sources.below(Path.of("src/main/java"), "io.mirrorneuron");
    paths = sources.stream().map(Source::path).collect(Collectors.toSet());
    names = sources.stream().map(Source::name).collect(Collectors.toSet());
    Sources.below(Path.of("src/test/java"), "io.mirrorneuron")
        .forEach(test -> names.add(test.name()));
  }

  @Test
  void eachClassIsWhereItSays() {
    List<String> named = found(CLASS);
    assertThat(named).hasSizeGreaterThan(60);
    assertThat(named).filteredOn(path -> !paths.contains(path)).isEmpty();
  }

  @Test
  void eachSimpleNameIsAClass() {
    assertThat(found(SIMPLE_NAME)).filteredOn(name -> !names.contains(name)).isEmpty();
  }

  @Test
  void eachFolderAndFileIsThere() {
    assertThat(found(FOLDER))
        .filteredOn(
            folder ->
                !Files.isDirectory(DOCUMENT.resolveSibling(folder))
                    && !Files.isDirectory(Path.of(folder))
                    && !Files.isDirectory(Path.of("src/main/java/io/mirrorneuron").resolve(folder)))
        .isEmpty();
    assertThat(found(FILE)).filteredOn(file -> !Files.exists(Path.of(file))).isEmpty();
    assertThat(found(LINK))
        .filteredOn(link -> !Files.exists(DOCUMENT.resolveSibling(link)))
        .isEmpty();
  }

  private static List<String> found(Pattern pattern) {
    return pattern.matcher(text).results().map((MatchResult hit) -> hit.group(1)).toList();
  }
}
