package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.cli.Screen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CliReferenceTest {

  @Test
  void theBuildMadeThePageOfTheCommands() throws Exception {
    Path made = Path.of(CliReference.class.getResource("/docs/cli.html").toURI());

    assertThat(Files.readString(made))
        .isEqualTo(CliReference.page())
        .contains("<a href=\"#mn-job-list\">mn job list</a>", "<h2 id=\"mn-job-list\">")
        .contains("Usage: mn job list")
        .doesNotContain("<command>");
  }

  @Test
  void everyCommandHasHelpWithExamples() {
    Main.commandLine(new Screen(Map.of(), false, Path.of("/"))).getSubcommands().values().stream()
        .flatMap(command -> Set.copyOf(command.getSubcommands().values()).stream())
        .map(CliReference::usage)
        .forEach(usage -> assertThat(usage).contains("--help", "Example"));
  }

  /** Some shells expand what is not quoted, and refuse the command when no file matches. */
  @Test
  void examplesCanBePastedIntoAnyShell() {
    assertThat(CliReference.page().lines())
        .filteredOn(line -> line.matches("  (mn|curl) .*"))
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(
                        line.replaceAll("'[^']*'|\"(\\\\.|[^\"\\\\])*\"", "")
                            .replaceFirst("(?<=\\S)  +.*", ""))
                    .doesNotContainPattern("[?*\\[{]"));
  }
}
