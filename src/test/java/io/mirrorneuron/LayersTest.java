package io.mirrorneuron;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which tests must not be of the layer fast, and that the layer proof is accounted for. */
@Tag("rules")
class LayersTest {
  private static final Pattern TEST = Pattern.compile("(?:Test|IT|E2E)\\.java");

  /** Hosts, dead servers, full disks, several Redis servers, browsers: all of them take seconds. */
  private static final Pattern COSTLY =
      Pattern.compile(
          "\\b(?:Hosts|Frozen|SmallDisk|RedisTrio|RedisClusterFixture)\\b|\\bkill9\\(|\"chromium\"");

  private static final Pattern LAYER =
      Pattern.compile("^ *@(?:Whole|Proof\\.\\w+)$", Pattern.MULTILINE);

  private static final Pattern PROOF = Pattern.compile("^ *@Proof\\.(\\w+)$", Pattern.MULTILINE);

  /** Sources of test classes by their packages and names, with slashes. */
  private static final Map<String, String> TESTS = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      for (Path file : files.filter(path -> TEST.matcher(path.toString()).find()).toList()) {
        String name = file.toString();
        TESTS.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
      }
    }
  }

  @Test
  void whatStartsHostsOrKillsIsNotFast() {
    assertThat(TESTS).hasSizeGreaterThan(500);
    assertThat(TESTS.keySet())
        .filteredOn(name -> !name.endsWith("/LayersTest"))
        .filteredOn(name -> COSTLY.matcher(TESTS.get(name)).find())
        .filteredOn(name -> !LAYER.matcher(TESTS.get(name)).find())
        .as("needs @Whole or one of Proof")
        .isEmpty();
  }

  @Test
  void eachProofIsInTheTableOfProofs() throws IOException {
    String proofs = Files.readString(Path.of("docs/proofs.md"));
    assertThat(TESTS.keySet())
        .filteredOn(name -> PROOF.matcher(TESTS.get(name)).find())
        .hasSizeGreaterThan(50)
        .filteredOn(name -> !proofs.contains("`" + name.substring(name.lastIndexOf('/') + 1) + "`"))
        .as("not named in docs/proofs.md")
        .isEmpty();
  }
}
