package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that write files replace nothing unless told to, and say why they cannot. */
class WrittenFilesIT {
  @TempDir static Path home;
  private static App app;
  private static String run;
  @TempDir Path folder;
  private final Shell shell = new Shell(Main::commandLine, home);

  @BeforeAll
  static void start() throws Exception {
    app =
        App.start(
            new ConfigLoader(
                    Map.of("MN_HOME", home.toString(), "MN_TEMP_DIR", home.resolve("t").toString()),
                    null,
                    Map.of(
                        "api.port", "0", "grpc.port", "0", "resource.admission_enabled", "false"),
                    home)
                .load(),
            ServerRole.UP,
            ConfigLoader.environment());
    Shell shell = new Shell(Main::commandLine, home);
    Path plain =
        Files.writeString(
            home.resolve("plain.json"),
            """
            {"manifest_version":"1.0","graph_id":"plain","entrypoints":["a"],"edges":[],
             "nodes":[{"node_id":"a","agent_type":"router"}]}
            """);
    String job = shell.run("run", plain.toString(), "-d").out().strip();
    shell.run("job", "result", job, "--wait");
    run = "run-" + job;
    eventually(
        "the result", () -> shell.run("run", "artifacts", run).out().contains("result.json"));
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private Ended refused(String... arguments) {
    Ended ended = shell.run(arguments);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).hasLineCount(1);
    assertThat(ended.exitCode()).isNotZero();
    return ended;
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "artifacts result.json"})
  void aFileThatIsThereIsReplacedOnlyIfSaid(String command) throws Exception {
    Path file = Files.writeString(folder.resolve("mine.txt"), "precious");
    String[] words =
        ("run " + command.replaceFirst(" |$", " " + run + " ") + " -o " + file).strip().split(" +");

    assertThat(refused(words))
        .isEqualTo(new Ended(1, "", "mn: " + file + " is there already; --force replaces it\n"));
    assertThat(file).hasContent("precious");

    assertThat(shell.run((String.join(" ", words) + " --force").split(" ")).out())
        .isEqualTo(file + "\n");
    assertThat(file).content().startsWith("{");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/"})
  void aFolderIsWrittenIntoAndNeverReplaced(String end) throws Exception {
    String there = Files.createDirectory(folder.resolve("there")) + end;

    assertThat(shell.run("run", "export", run, "-o", there).out())
        .isEqualTo(folder.resolve("there/" + run + ".json") + "\n");
    assertThat(shell.run("run", "export", run, "-f", "md", "-o", there, "--force").out())
        .isEqualTo(folder.resolve("there/" + run + ".md") + "\n");
    assertThat(shell.run("run", "export", run, "-f", "zip", "-o", there).exitCode()).isZero();
    assertThat(shell.run("run", "artifacts", run, "result.json", "-o", there, "--force").out())
        .isEqualTo(folder.resolve("there/result.json") + "\n");
    assertThat(folder.resolve("there"))
        .isDirectoryContaining(
            file -> file.endsWith(run + ".mnrun.zip") && Files.isRegularFile(file))
        .isDirectoryContaining(file -> file.endsWith("result.json"));

    Files.createDirectory(folder.resolve("there/events.jsonl"));
    assertThat(refused("run", "artifacts", run, "events.jsonl", "-o", there, "--force").err())
        .endsWith("events.jsonl is there already and is no file\n");
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("mine.txt"), "precious");
    Path none = folder.resolve("no/such");

    for (String what : new String[] {"export", "artifacts"}) {
      String[] artifact = what.equals("export") ? new String[0] : new String[] {"result.json"};
      assertThat(refused(words(what, artifact, file + "/sub")).err())
          .isEqualTo("mn: %s/sub cannot be written: %1$s is a file\n".formatted(file));
      assertThat(refused(words(what, artifact, none + "/x")).err())
          .isEqualTo("mn: %s/x cannot be written: there is no folder %1$s\n".formatted(none));
      assertThat(refused(words(what, artifact, none + "/")).err())
          .isEqualTo("mn: there is no folder " + none + "\n");
    }
  }

  private static String[] words(String what, String[] artifact, String output) {
    return ("run " + what + " " + run + " " + String.join("", artifact) + " -o " + output)
        .split(" +");
  }

  @Test
  void aBackupThatCannotBeWrittenSaysWhy() throws Exception {
    Path manifest =
        Files.writeString(
            folder.resolve("held.json"),
            "{\"name\":\"held\",\"steps\":[{\"id\":\"a\",\"human\":{\"prompt\":\"Go on?\"}}]}");
    String job = shell.run("run", manifest.toString(), "-d").out().strip();
    shell.run("job", "pause", job);
    eventually("the pause", () -> shell.run("job", "status", job).out().contains("paused"));
    Path file = Files.writeString(folder.resolve("mine.txt"), "precious");

    assertThat(refused("job", "backup", job, "-o", file.toString()).err())
        .startsWith("mn: " + file + "/run-held-")
        .endsWith(".mnbackup.zip cannot be written: " + file + " is a file\n");
    assertThat(refused("job", "backup", job, "-o", file + "/sub", "--json").err())
        .endsWith(".mnbackup.zip cannot be written: " + file + " is a file\n");
    assertThat(file).hasContent("precious");
    assertThat(shell.run("job", "backup", job, "-o", folder.resolve("new").toString()).exitCode())
        .isZero();
    shell.run("job", "cancel", job);
  }

  @Test
  void programsAreToldInJsonWhatWasWritten() throws Exception {
    String zip = folder.resolve("q.zip").toString();
    String file = folder.resolve("r.json").toString();

    assertThat(shell.run("run", "export", run, "-f", "zip", "-o", zip, "--json").json().at("/file"))
        .hasToString("\"" + zip + "\"");
    assertThat(
            shell
                .run("run", "artifacts", run, "result.json", "-o", file, "--json")
                .json()
                .at("/file"))
        .hasToString("\"" + file + "\"");
    assertThat(refused("run", "export", run, "--json", "--format", "markdown").err())
        .startsWith("mn: give --json or --format markdown, not both");
    assertThat(refused("run", "artifacts", run, "result.json", "-o", "-", "--json").exitCode())
        .isEqualTo(2);
  }
}
