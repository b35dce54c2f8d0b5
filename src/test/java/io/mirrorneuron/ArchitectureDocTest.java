package io.mirrorneuron;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private static final Pattern TYPE =
      Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w*)");

  private static final Pattern FOLDER = Pattern.compile("`((?:[a-z]+/)+)`");
  private static final Pattern FILE = Pattern.compile("`((?:openapi|conf)/[\\w/.-]+\\.yaml)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)");

  private static String text;
  private static Set<String> paths;
  private static Set<String> names;

  @BeforeAll
  static void read() throws IOException {
    text = Files.readString(DOCUMENT);
    paths = types("src/main/java/io/mirrorneuron/");
    names =
        Stream.of(paths, types("src/test/java/io/mirrorneuron/"))
            .flatMap(Set::stream)
            .map(path -> path.substring(path.lastIndexOf('/') + 1))
            .collect(Collectors.toSet());
  }

  /** Each with its folder, nested ones too. */
  private static Set<String> types(String root) throws IOException {
    Set<String> types = new HashSet<>();
    try (Stream<Path> files = Files.walk(Path.of(root))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String folder = (file.getParent() + "/").substring(root.length());
        TYPE.matcher(Files.readString(file))
            .results()
            .forEach(type -> types.add(folder + type.group(1)));
      }
    }
    return types;
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
