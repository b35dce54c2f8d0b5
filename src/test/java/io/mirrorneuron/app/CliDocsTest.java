package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.cli.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * {@code docs/cli.md} is written by this test from the commands themselves: run it with {@code
 * -Dcli.docs=write}. Without, it fails when the file is stale.
 */
class CliDocsTest {
  private static final Path FILE = Path.of("docs/cli.md");
  private static final int COLUMNS = 100;
  private static final String HEAD =
      """
      # The `mn` program

      <!-- Written by CliDocsTest from the commands themselves; change those and run
           ./mvnw test -Dtest=CliDocsTest -Dcli.docs=write -->

      ## For all client commands

      **Connection.** The first that is set wins: `--target`; `MN_GRPC_TARGET`; `MN_CORE_HOST` and
      `MN_GRPC_PORT`; what the running server of `$MN_HOME` announced; the same variables in
      `$MN_HOME/docker-compose.env`; `localhost:55051`. The operator token is `MN_GRPC_AUTH_TOKEN`, else
      the file `MN_GRPC_AUTH_TOKEN_FILE`, else `$MN_HOME/grpc_auth.token`. A call may take
      `MN_GRPC_TIMEOUT_SECONDS` (10; 0: no limit). On the machine of the server nothing needs to be set.

      Commands with the option `--api` ask the HTTP API: that of `--api`; of `MN_API_BASE_URL`, or
      `MN_API_HOST` and `MN_API_PORT`; else the one that the running server of `$MN_HOME` announced,
      unless another runtime was named than the one announced with it. Its token is `MN_API_TOKEN`, else
      in the file `MN_API_TOKEN_FILE`, else in `$MN_HOME/api.token`. Where no API is known, commands that
      have `--target` too ask the runtime, those that have `--runs-root` read the folders of runs on this
      machine, and the others say in one sentence what to set.

      **Output.** Results go to stdout, complaints to stderr, each in one sentence. What is a table at a
      terminal is one JSON document in a pipe and with `--json`. Other commands print what people read (logs,
      events, how a job goes, one thing with its fields) in a pipe, too, but for `mn job status`,
      `mn node list`, `mn resource …`, `mn runtime metrics`, `mn schedule status`, `mn schedule next` and
      `mn deployment status`, which are JSON there. With `--json` stdout is one JSON document (with `--follow`
      and for `mn run follow` a line of JSON for each record) and nothing else, and empty when the call
      failed. At a terminal tables fit its width, or `COLUMNS`; elsewhere nothing
      is cut unless `COLUMNS` is set. `NO_COLOR` or `MN_CLI_OUTPUT=plain` turns colours off. `mn run` and
      `mn job monitor` redraw a line for each step or agent at a terminal, and print a line whenever one
      begins, ends or fails in a pipe or where `CI` is set; with `--verbose` a line for each event. Both
      say when the job waits for a person, and how to answer, where an API is known.

      **Questions.** Commands ask something only at a terminal: `mn human respond` without a decision, and
      `mn run`, `mn job fork --follow` and `mn blueprint run` what their job asks people, if it is not for
      others; Ctrl-D leaves that for later. `mn job clear`, and `mn job cancel` and `mn job pause` of more
      than one job, ask whether they are meant; `--yes` is the answer before.

      **Ids.** Where the id of a job or run is asked for, `@last` is the job that was submitted last (by
      anybody), `@last:NAME` the last one of that workflow, and four or more characters at the beginning of an
      id are enough while no other id begins so. A schedule has its name for an id, too, while no other has it.

      **Times** are local at a terminal, and in UTC with `--utc`, in pipes and in JSON; a header that says
      `(UTC)` means it. `TZ` sets another clock. Where a table does not fit, ids are told by their beginning
      with an ellipsis, which commands take for the id, and times to the minute.

      **Words for scripts.** What is wrong with a command line is one sentence on stderr, with exit code 2:
      `No such command 'X'`, `No such option: --x`, `Missing argument 'X'`, `Missing option '--x'`.

      **Completion.** `mn completion bash|zsh|fish` prints a script for the shell.

      **Ctrl-C** while a job is watched lets go of it; it goes on, and the way to end it is printed.

      **Exit codes.** Unlike the original client, which mostly exits with 0, every failure has a code:

      | Code | Meaning |
      |---|---|
      | 0 | done; for `mn run`, `mn job monitor` and `mn job result`: the job completed |
      | 1 | the call failed, or what it asked for is not so; for `mn blueprint` also: the run does not exist |
      | 2 | the command line or the configuration is wrong |
      | 3 | the job failed |
      | 4 | the job was cancelled |
      | 5 | the job, bundle or sample does not exist |
      | 6 | the runtime cannot be reached, or cannot serve now |
      | 124 | a time limit passed; the job goes on |
      | 130 | interrupted by Ctrl-C; the job goes on |

      ## Commands
      """;

  @Test
  void theCommandLineReferenceIsUpToDate() throws IOException {
    StringBuilder document = new StringBuilder(HEAD);
    CommandLine mn = Main.commandLine(new Screen(Map.of(), false, Path.of("/")));
    describe(mn, document);

    if ("write".equals(System.getProperty("cli.docs"))) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, document);
    }
    assertThat(FILE)
        .as("regenerate it with -Dtest=CliDocsTest -Dcli.docs=write")
        .content()
        .isEqualTo(document.toString());
  }

  @Test
  void everyCommandHasHelpWithExamples() {
    Main.commandLine(new Screen(Map.of(), false, Path.of("/"))).getSubcommands().values().stream()
        .flatMap(command -> Set.copyOf(command.getSubcommands().values()).stream())
        .forEach(command -> assertThat(usage(command)).contains("--help", "Example"));
  }

  /**
   * Some shells look for files for what is not quoted, and refuse the command when none is there.
   */
  @Test
  void examplesCanBePastedIntoAnyShell() throws IOException {
    assertThat(Files.readAllLines(FILE))
        .filteredOn(line -> line.matches("  (mn|curl) .*"))
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(
                        line.replaceAll("'[^']*'|\"(\\\\.|[^\"\\\\])*\"", "")
                            .replaceFirst("(?<=\\S)  +.*", ""))
                    .doesNotContainPattern("[?*\\[{]"));
  }

  private static void describe(CommandLine command, StringBuilder document) {
    String name = command.getCommandSpec().qualifiedName();
    document.append("\n### `").append(name).append("`\n\n```text\n");
    document.append(usage(command).stripTrailing()).append("\n```\n");
    new LinkedHashSet<>(command.getSubcommands().values())
        .stream()
            .filter(subcommand -> !subcommand.getCommandSpec().usageMessage().hidden())
            .forEach(subcommand -> describe(subcommand, document));
  }

  private static String usage(CommandLine command) {
    command.setUsageHelpWidth(COLUMNS);
    return command
        .getUsageMessage(Ansi.OFF)
        .lines()
        .map(String::stripTrailing)
        .reduce("", (text, line) -> text + line + "\n");
  }
}
