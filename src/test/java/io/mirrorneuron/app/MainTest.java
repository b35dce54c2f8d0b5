package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.server.DataDirectory;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter errors = new StringWriter();

  private int execute(String... arguments) {
    CommandLine command = Main.commandLine(new Screen(Map.of(), false, Path.of("/")));
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(errors));
    return command.execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"up", "gateway", "runtime", "demo"})
  void everyCommandExplainsItselfWithExamples(String command) {
    assertThat(execute(command, "--help")).isZero();
    assertThat(out.toString()).contains("Usage: mn " + command, "--config", "Examples:");
  }

  @Test
  void theVersionIsReported() {
    assertThat(execute("--version")).isZero();
    assertThat(out.toString()).startsWith("MirrorNeuron ");
  }

  @Test
  void alone_itShowsTheHelp() {
    assertThat(execute()).isZero();
    assertThat(out.toString()).contains("Usage: mn", "Examples:");
  }

  @Test
  void aWrongCommandLineIsAUsageError() {
    assertThat(execute("up", "--no-such-option")).isEqualTo(2);
    assertThat(errors.toString()).contains("--no-such-option");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense --help        | No such command 'nonsense'; try mn --help
          jbo list --help        | No such command 'jbo', did you mean job? Try mn --help
          job lisst              | No such command 'lisst', did you mean list? Try mn job --help
          job restart j1         | No such command 'restart', did you mean fork? Try mn job --help
          job retry j1           | No such command 'retry', did you mean fork? Try mn job --help
          job rewind j1          | No such command 'rewind', did you mean fork? Try mn job --help
          job stop j1            | No such command 'stop', did you mean cancel? Try mn job --help
          help job lisst         | No such command 'lisst', did you mean list? Try mn job --help
          job list --jsn         | No such option: --jsn, did you mean --json? Try mn job list --help
          job list --limit=x     | Invalid value for option '--limit': 'x' is not a whole number; try mn job list --help
          job status             | Missing argument 'JOB_ID'; try mn job status --help
          job backup j           | Missing option '--output'; try mn job backup --help
          node list a b          | Got unexpected extra argument 'a'; try mn node list --help
          run                    | Missing argument 'BUNDLE'; try mn run --help
          run x --input y        | --input must be NAME=VALUE, but is y; try mn run --help
          run /nope --watch      | --watch needs a folder, which /nope is not; try mn run --help
          completion tcsh       | SHELL must be bash, zsh or fish, but is tcsh; try mn completion --help
          run list --status odd | --status must be pending, validated, scheduled, running, pausing, paused, cancelling, completed, failed, cancelled or unknown, but is odd; try mn run list --help
          up --api-prot=1        | No such option: --api-prot, did you mean --api-port? Try mn up --help
          """)
  void aLineThatNobodyCanFollowGetsOneSentenceAndTheWayToHelp(String line, String sentence) {
    assertThat(execute(line.split(" "))).isEqualTo(2);
    assertThat(errors.toString()).isEqualTo("mn: " + sentence + System.lineSeparator());
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void helpAndVersionAreCommandsAndOptionsEverywhere() {
    assertThat(execute("help", "job", "list")).isZero();
    assertThat(out.toString()).startsWith("Usage: mn job list ");
    out.getBuffer().setLength(0);
    for (String line : new String[] {"version", "-V", "job -V", "run list --version", "up -V"}) {
      assertThat(execute(line.split(" "))).as(line).isZero();
    }
    assertThat(out.toString().lines()).hasSize(5).allMatch(one -> one.startsWith("MirrorNeuron "));
  }

  @Test
  void theExamplesOfHelpCanBeCopied() {
    assertThat(execute("completion", "--help")).isZero();
    assertThat(execute("--help")).isZero();
    assertThat(out.toString())
        .contains("source ~/.mn-completion.zsh\n", "configuration is\nwrong; mn run --help");
  }

  @Test
  void wrongSettingsAreAllToldOneSentenceEach(@TempDir Path home) {
    assertThat(execute("up", "--home", home.toString(), "--api-port", "x", "--set", "api.prot=1"))
        .isEqualTo(2);
    assertThat(errors.toString().lines())
        .containsExactlyInAnyOrder(
            "mn: --set api.prot: there is no setting api.prot; did you mean api.port?",
            "mn: api.port (--api-port) must be a whole number from 0 to 65535; it is \"x\"");
  }

  /** A script must not take silence for an answer. */
  @ParameterizedTest
  @ValueSource(strings = {"--help", "version", "completion bash"})
  void whatCannotBePrintedIsAFailure(String line) throws Exception {
    Process full = program(line).redirectOutput(new File("/dev/full")).start();
    assertThat(full.errorReader().lines())
        .singleElement()
        .asString()
        .startsWith("mn: the output cannot be written: ");
    assertThat(full.waitFor()).isEqualTo(1);
  }

  @Test
  void aReaderThatHasReadEnoughIsNoFailure() throws Exception {
    Process unread = program("completion bash").start();
    unread.getInputStream().close();
    assertThat(unread.errorReader().lines()).isEmpty();
    assertThat(unread.waitFor()).isZero();
  }

  private static ProcessBuilder program(String line) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(line.split(" ")));
    return new ProcessBuilder(command);
  }

  @Test
  void aHomeInUseIsToldInOneSentence(@TempDir Path home) throws Exception {
    try (DataDirectory _ = DataDirectory.lock(home, new SecureRandom())) {
      assertThat(execute("up", "--home", home.toString(), "--set", "log.level=off")).isEqualTo(1);
    }
    assertThat(errors.toString().lines())
        .singleElement()
        .asString()
        .startsWith("mn: another MirrorNeuron (process ");
  }
}
