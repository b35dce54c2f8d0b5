package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Whole;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of {@code mn completion}, in the shells themselves as far as they are installed. */
@Whole
class CompletionIT {
  private static final String ASKS_IN_BASH =
      """
      ask() {
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _mn
        echo "$*: ${COMPREPLY[*]}"
      }
      ask mn jo
      ask mn job li
      ask mn job list --ru
      ask mn run export r1 --format m
      ask mn job status ''
      ask mn human respond ''
      ask mn human respond asks-1 ''
      ask mn human respond asks-1 q-1 --no
      ask mn human respond asks-1 q-1 --com
      ask mn human respond asks-1 q-1 --by
      ask mn job fork --bundle b job-1 --at ''
      ask mn job fork --bundle=b job-1 --at r
      ask mn job logs job-1 --step d
      ask mn init re
      ask mn init re completion.b
      ask mn run export old-r
      ask mn job status old-j
      ask mn run export away
      ask mn job status away
      """;

  @TempDir Path folder;

  private Path script(String shell) throws Exception {
    String text = new Shell(Main::commandLine, folder).run("completion", shell).out();
    // Stands for the program where the script asks for ids.
    Path mn = folder.resolve("mn");
    Files.writeString(
        mn,
        """
        #!/bin/sh
        if [ "$2" = status ]; then
          printf '{ "step_order": [\\n    "draft",\\n    "review"\\n  ],\\n "labels": [\\n    "x"\\n  ] }\\n'
        fi
        case "$*" in
          "run list --json --limit 200 --id-prefix=old"*) old=old- ;;
          "run list --json --limit 200 --id-prefix=away"*) echo "mn: cannot be reached" >&2; exit 1 ;;
          *list*"--limit 200"*) ;;
          *list*) exit 2 ;;
        esac
        of() { echo "\\"run_id\\": \\"$2run-$1\\", \\"job_id\\": \\"$2job-$1\\""; }
        case "$1" in
          run) echo "{ \\"data\\": [ { $(of 1 $old), \\"x\\": 1 }, { $(of 2 $old) } ] }"; exit ;;
          job) echo "{ \\"data\\": [ { $(of 1), \\"x\\": 1 }, { $(of 2) }, { $(of 3 away-) } ] }"; exit ;;
        esac
        echo "{ \\"data\\": [ { \\"run_id\\": \\"asks-1\\", \\"request_id\\": \\"q-1\\" } ] }"
        """);
    assertThat(mn.toFile().setExecutable(true)).isTrue();
    return Files.writeString(folder.resolve("completion." + shell), text);
  }

  private List<String> run(String shell, String... arguments) throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(place -> Files.isExecutable(Path.of(place, shell))),
        shell + " is not installed");
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of(shell), Stream.of(arguments)).toList())
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("PATH", folder + File.pathSeparator + System.getenv("PATH"));
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return said.lines().toList();
  }

  @Test
  void bashCompletesCommandsOptionsValuesAndIds() throws Exception {
    Path script = script("bash");
    Path asks = folder.resolve("asks.sh");
    Files.writeString(asks, ". " + script + "\n" + ASKS_IN_BASH);

    assertThat(run("bash", "--norc", asks.toString()))
        .startsWith(
            "mn jo: job",
            "mn job li: list",
            "mn job list --ru: --running-only",
            "mn run export r1 --format m: markdown md")
        .anyMatch(line -> line.startsWith("mn job status : ") && line.endsWith("job-1 job-2"))
        .anyMatch(line -> line.startsWith("mn human respond : ") && line.endsWith("asks-1"))
        .anyMatch(line -> line.matches("mn human respond asks-1 : .*q-1"))
        .contains(
            "mn human respond asks-1 q-1 --no: ",
            "mn human respond asks-1 q-1 --com: --comment",
            "mn human respond asks-1 q-1 --by: --by",
            "mn job fork --bundle b job-1 --at : draft review",
            "mn job fork --bundle=b job-1 --at r: review",
            "mn job logs job-1 --step d: draft",
            "mn init re: review",
            "mn init re completion.b: completion.bash",
            "mn run export old-r: old-run-1 old-run-2",
            "mn job status old-j: old-job-1 old-job-2",
            "mn run export away: away-run-3",
            "mn job status away: away-job-3");
  }

  /** In the mode of {@code bashcompinit}, in which zsh runs completions of bash. */
  @Test
  void zshTakesTheScriptOfBash() throws Exception {
    Path script = script("zsh");
    Path asks = folder.resolve("asks.zsh");
    Files.writeString(
        asks, "source " + script + "\nsetopt ksh_arrays sh_word_split\n" + ASKS_IN_BASH);

    assertThat(run("zsh", "-f", asks.toString()))
        .contains(
            "mn jo: job",
            "mn job li: list",
            "mn job list --ru: --running-only",
            "mn run export r1 --format m: markdown md",
            "mn run export old-r: old-run-1 old-run-2",
            "mn job status old-j: old-job-1 old-job-2",
            "mn run export away: away-run-3",
            "mn job status away: away-job-3")
        .anyMatch(line -> line.startsWith("mn job status : ") && line.endsWith("job-1 job-2"));
  }

  @Test
  void fishCompletesWithALineOfHelpForEachWord() throws Exception {
    Path script = script("fish");
    String asks =
        "source %s; complete -C'mn jo'; complete -C'mn job list --ru';".formatted(script)
            + " complete -C'mn run export r1 --format m'; complete -C'mn job status ';"
            + " complete -C'mn run export old-r'; complete -C'mn job fork job-1 --at '";

    assertThat(run("fish", "--no-config", "-c", asks))
        .noneMatch(line -> line.contains("Invalid"))
        .anyMatch(line -> line.startsWith("draft\tA step"))
        .anyMatch(line -> line.startsWith("review\tA step"))
        .contains(
            "job\tLooks at jobs and steers them.",
            "--running-only\tOnly jobs that have not ended.",
            "markdown\tjson, markdown (or md) or zip; default json.",
            "job-1",
            "job-2",
            "old-run-1",
            "old-run-2");
  }
}
