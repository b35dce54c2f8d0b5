package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever's work is in the program is named in it. */
@Whole
class NoticesE2E {
  private static final Pattern ARTIFACT =
      Pattern.compile("META-INF/maven/([^/]+)/([^/]+)/pom.properties");
  private static final Pattern REDIS = Pattern.compile("redis-server-([\\d.]+)-\\w+-\\w+");

  private JarFile program;

  @BeforeEach
  void open() throws IOException {
    program = new JarFile(Path.of("target/mn").toFile());
  }

  @AfterEach
  void close() throws IOException {
    program.close();
  }

  private String text(String name) throws IOException {
    try (InputStream content = program.getInputStream(program.getEntry(name))) {
      return new String(content.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<MatchResult> entries(Pattern name) {
    return program.stream()
        .map(entry -> name.matcher(entry.getName()))
        .filter(match -> match.matches())
        .map(match -> match.toMatchResult())
        .toList();
  }

  @Test
  void everyLibraryInTheProgramIsNamedWithItsLicence() throws Exception {
    String notices = text("META-INF/THIRD-PARTY.txt") + text("META-INF/notices/inside-others.txt");
    List<String> libraries =
        entries(ARTIFACT).stream()
            .map(found -> found.group(1) + ":" + found.group(2) + ":")
            .filter(library -> !library.startsWith("io.mirrorneuron:"))
            .toList();
    assertThat(libraries).hasSizeGreaterThan(40);
    assertThat(libraries).allSatisfy(library -> assertThat(notices).contains(library));
    assertThat(notices)
        .contains("org.webjars:swagger-ui:", "org.signal:embedded-redis:")
        .doesNotContain("Unknown license");
  }

  @Test
  void theNoticeOfRedisIsThatOfTheProgramsBundled() throws Exception {
    Set<String> versions =
        entries(REDIS).stream().map(found -> found.group(1)).collect(Collectors.toSet());
    assertThat(entries(REDIS)).hasSize(4);
    assertThat(versions).hasSize(1);
    assertThat(text("META-INF/notices/redis.txt"))
        .startsWith("Redis " + versions.iterator().next() + "\n")
        .contains("Salvatore Sanfilippo", "PUC-Rio");
  }
}
