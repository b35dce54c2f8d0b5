package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher tells the JVM, seen by a program that stands where Java would. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("src/main/launcher/mn.sh").toAbsolutePath();

  @TempDir Path java;

  private record Ended(int exitCode, List<String> said) {
    long mebibytes(String option) {
      return said.stream()
          .filter(word -> word.matches(option + "\\d+m"))
          .mapToLong(word -> Long.parseLong(word.substring(option.length(), word.length() - 1)))
          .findFirst()
          .orElse(-1);
    }
  }

  @BeforeEach
  void standIn() throws IOException {
    Files.writeString(java.resolve("release"), "JAVA_VERSION=\"25\"\n");
    Path program = Files.createDirectory(java.resolve("bin")).resolve("java");
    Files.writeString(program, "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  private Ended launch(Map<String, String> settings, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", LAUNCHER.toString()));
    command.addAll(Arrays.asList(arguments));
    Process process = process(settings, command);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said.lines().toList());
  }

  private Process process(Map<String, String> settings, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("MN_"));
    builder.environment().put("JAVA_HOME", java.toString());
    builder.environment().putAll(settings);
    return builder.start();
  }

  @Test
  void theHeapOfAServerIsBoundedByTheMemoryThereIs() throws Exception {
    Ended ended = launch(Map.of(), "up");
    assertThat(ended.mebibytes("-Xmx")).isBetween(256L, 1024L);
    assertThat(ended.said()).contains("-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC");
    assertThat(ended.said()).endsWith("-jar", LAUNCHER.toString(), "up");
  }

  @Test
  void aSettingSaysHowLargeItIs() throws Exception {
    assertThat(launch(Map.of("MN_JVM_HEAP", "768m"), "up").mebibytes("-Xmx")).isEqualTo(768);
    assertThat(launch(Map.of("MN_JVM_HEAP", "2G"), "runtime").mebibytes("-Xmx")).isEqualTo(2048);
  }

  @Test
  void aSizeThatIsNoneIsRefused() throws Exception {
    for (String size : List.of("lots", "m", "10", "1x0m", "-5m", "16m", "25%")) {
      Ended ended = launch(Map.of("MN_JVM_HEAP", size), "up");
      assertThat(ended.exitCode()).as(size).isEqualTo(2);
      assertThat(ended.said())
          .containsExactly(
              "mn: MN_JVM_HEAP must be a size from 64m, as 768m or 2g, but is \"" + size + "\"");
    }
  }

  @Test
  void whatTheUserSaysToTheJvmStands() throws Exception {
    Ended ended = launch(Map.of("MN_JAVA_OPTS", "-Xmx3g -XX:+UseG1GC"), "up");
    assertThat(ended.said()).contains("-Xmx3g", "-XX:+UseG1GC");
    assertThat(ended.said()).doesNotContain("-XX:+UseSerialGC");
    assertThat(ended.said()).filteredOn(word -> word.startsWith("-Xmx")).hasSize(1);
    Ended other = launch(Map.of("MN_JAVA_OPTS", "-XX:MaxHeapFreeRatio=70"), "up");
    assertThat(other.said().indexOf("-XX:MaxHeapFreeRatio=70"))
        .isGreaterThan(other.said().indexOf("-XX:MaxHeapFreeRatio=40"));
  }

  @Test
  void aHomeIsNotNeeded() throws Exception {
    Ended ended = shell("env -i PATH=\"$PATH\" JAVA_HOME=\"$JAVA_HOME\" sh \"$0\" version");
    assertThat(ended.exitCode()).as("%s", ended.said()).isZero();
    assertThat(ended.said()).endsWith("version");
  }

  /** The JVM would open its own files in their places, and write there what is printed. */
  @Test
  void whatIsClosedIsOpenForTheJvmAndWritingToStdoutFails() throws Exception {
    Files.writeString(
        java.resolve("bin/java"),
        "#!/bin/sh\n: <&0 && { : >&2 && echo x || echo open, but for reading >&2; }\n");
    Ended ended = shell("sh \"$0\" version <&- >&-");
    assertThat(ended.said()).last().isEqualTo("open, but for reading");
  }

  private Ended shell(String line) throws Exception {
    Process process = process(Map.of(), List.of("/bin/sh", "-c", line, LAUNCHER.toString()));
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said.lines().toList());
  }

  @Test
  void clientsAreNotBounded() throws Exception {
    Ended ended = launch(Map.of("MN_JVM_HEAP", "lots"), "job", "list");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.mebibytes("-Xmx")).isEqualTo(-1);
  }
}
