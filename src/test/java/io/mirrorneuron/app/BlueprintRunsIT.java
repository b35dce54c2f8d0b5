package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of {@code mn blueprint} about runs before a server and a run that goes on. */
@Timeout(120)
@Whole
class BlueprintRunsIT {
  /** Logs, asks, and goes on when it is answered. */
  private static final String SCRIPT =
      """
      run="$MN_RUNS_ROOT/$MN_RUN_ID"
      echo '{"level":"WARNING","component":"till","message":"low on change"}' >>"$run/logs.jsonl"
      echo '{"url":"http://127.0.0.1:56001/","adapter":"gradio","status":"running"}' >"$run/web_ui.json"
      echo '{"type":"human_input_requested","payload":{"request_id":"q1","prompt":"Pay?","allowed_decisions":["approve","reject"]}}' >>"$run/human.jsonl"
      until grep -q human_input_received "$run/human.jsonl"; do sleep 0.1; done
      echo '{"level":"INFO","component":"till","message":"paid"}' >>"$run/logs.jsonl"
      echo '{"kind":"receipt","lines":[1],"api_key":"s3cr3t"}' >"$run/final_artifact.json"
      echo '{"complete_run":{"paid":true}}'
      """;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path home;
  private static WholeServer server;
  private static String job;
  private static String followed;
  private static String pending;

  @BeforeAll
  static void run() throws Exception {
    server = WholeServer.start(home);
    Shell shell = new Shell(Main::commandLine, home);
    job = shell.run("run", bundle().toString(), "-d").out().strip();
    eventually("the question", PATIENCE, () -> !pending(shell).isEmpty());
    pending = pending(shell);
    StringWriter out = new StringWriter();
    Thread follower =
        Thread.ofPlatform()
            .start(
                () ->
                    Main.commandLine(new Screen(Map.of("MN_HOME", home.toString()), false, home))
                        .setOut(new PrintWriter(out, true))
                        .execute("blueprint", "logs", job, "-n", "1", "-f", "--interval", "0.1"));
    eventually("what was logged", PATIENCE, () -> out.toString().contains("low on change"));
    assertThat(
            shell.run(
                "blueprint", "human", "respond", job, "q1", "--decision=approve", "--reviewer=ada"))
        .isEqualTo(new Ended(0, "q1: answered with approve by ada\n", ""));
    follower.join(PATIENCE.toMillis());
    followed = out.toString();
    eventually(
        "the end", PATIENCE, () -> shell.run("job", "result", job, "--wait").exitCode() == 0);
    shell.run("run", "follow", job);
  }

  private static String pending(Shell shell) {
    return shell.run("blueprint", "human", job, "--pending").out();
  }

  private static Path bundle() throws Exception {
    Path folder = Files.createDirectories(home.resolve("till/payloads/work"));
    Files.writeString(folder.resolve("work.sh"), SCRIPT);
    return Files.writeString(
            home.resolve("till/manifest.json"),
            """
            {"manifest_version":"1.0","graph_id":"till","entrypoints":["work"],
             "nodes":[{"node_id":"work","agent_type":"executor",
               "config":{"runner_module":"MirrorNeuron.Runner.HostLocal","upload_path":"work",
                 "workdir":"/sandbox/job/work","command":["sh","work.sh"]}}],
             "edges":[]}
            """)
        .getParent();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private final Shell shell = new Shell(Main::commandLine, home);

  private Ended blueprint(String... words) {
    return shell.run(
        Stream.concat(Stream.of("blueprint"), Stream.of(words)).toArray(String[]::new));
  }

  private static String[] inFolders(String... words) {
    return Stream.concat(Stream.of(words), Stream.of("--runs-root", server.runsRoot().toString()))
        .toArray(String[]::new);
  }

  @Test
  void itIsInTheListOfRuns() {
    String list = blueprint("monitor").out();

    assertThat(list.lines())
        .anyMatch(
            line ->
                line.startsWith("run-" + job.substring(0, 10))
                    && line.contains(" completed ")
                    && line.endsWith(" http://127.0.0.1:56001/"));
    assertThat(blueprint("monitor", "--blueprint-id", "another").out())
        .contains("No blueprint runs found.");
    assertThat(blueprint(inFolders("monitor")).out().lines().skip(1).toList())
        .isEqualTo(list.lines().skip(1).toList());
  }

  @Test
  void itWasFollowedToItsEnd() {
    assertThat(followed.lines().map(line -> line.replaceFirst("^\\S+ ", "")))
        .containsExactly("WARNING till low on change", "INFO till paid");
    assertThat(Json.parseObject(pending, "record").at("/payload/prompt").asText())
        .isEqualTo("Pay?");
  }

  @Test
  void itsRecordsAreTheSameFromTheServerAndFromItsFolder() {
    String run = "run-" + job;

    for (String[] words :
        new String[][] {
          {"tail", run},
          {"logs", run},
          {"human", run},
          {"export", run, "-f", "md"}
        }) {
      assertThat(blueprint(words).out()).isNotEmpty().isEqualTo(blueprint(inFolders(words)).out());
    }
    assertThat(blueprint("stream", run, "--channels", "logs").out()).contains("low on change");
    assertThat(blueprint("tail", job, "-n", "1").out()).matches("\\S+ \\w+ \\{.*}\n");
    assertThat(blueprint("human", run).out().lines())
        .extracting(line -> Json.parseObject(line, line).path("type").asText())
        .contains("human_input_requested", "human_input_received");
  }

  @Test
  void itIsExportedInEachForm() throws Exception {
    Ended json = blueprint("export", job);
    assertThat(json.json().fieldNames()).toIterable().hasSize(14);
    assertThat(json.json().at("/final_artifact/kind").asText()).isEqualTo("receipt");
    assertThat(json.out()).doesNotContain("s3cr3t");
    ObjectNode inFolder = blueprint(inFolders("export", "run-" + job)).json();
    for (String member : new String[] {"run", "job", "result", "final_artifact", "web_ui"}) {
      assertThat(inFolder.path(member)).isEqualTo(json.json().path(member));
    }

    Ended page = blueprint("export", job, "--format", "web");
    Path file = Path.of(URI.create(page.out().strip()));
    try {
      assertThat(file).isEqualTo(Path.of("run-" + job + ".html").toAbsolutePath());
      assertThat(file).content().contains("<h1>Blueprint Run run-" + job + "</h1>");
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void itIsComparedAndMeasured() {
    assertThat(blueprint("compare", job, "run-" + job).out().lines())
        .anyMatch(line -> line.matches("artifact\\.kind +receipt +receipt"));
    assertThat(blueprint("resources", job, "--live").out().lines().findFirst().orElseThrow())
        .startsWith("Start ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tail", "logs", "stream", "resources", "human", "export"})
  void oneThatIsNotThereIsNamed(String command) {
    for (String run : new String[] {"nope", "a/b", ".."}) {
      Ended ended = blueprint(command, run);

      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err())
          .isEqualTo(
              "mn: run '%s' not found; mn blueprint monitor shows those that are there\n"
                  .formatted(run));
    }
  }

  @Test
  void aServerThatIsAwayIsNotMistakenForNoRuns() {
    Ended ended = blueprint("monitor", "--api", "http://127.0.0.1:1");

    assertThat(ended.exitCode()).isEqualTo(6);
    assertThat(ended.err()).contains("cannot be reached");
  }
}
