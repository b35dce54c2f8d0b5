package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.testing.SampleRuns;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code mn blueprint monitor|tail|logs|stream|resources|human|compare|export} without a server.
 */
@Timeout(60)
@Whole
class BlueprintFoldersTest {
  @TempDir Path home;
  private Path root;
  private RunStore store;
  private Shell shell;

  @BeforeEach
  void make() {
    root = home.resolve("runs");
    store = new RunStore(root, new RunWriter.Elsewhere());
    SampleRuns.completed(store, "run-1");
    SampleRuns.failed(store, "run-2");
    shell = new Shell(Main::commandLine, home);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Ended blueprint(String... words) {
    return shell.run(
        Stream.concat(Stream.of("blueprint"), Stream.of(words)).toArray(String[]::new));
  }

  private static RunFolder append(RunFolder run, String file, String... lines) throws IOException {
    Files.writeString(
        run.path().resolve(file),
        String.join("\n", lines) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return run;
  }

  private RunFolder run(String id) {
    return store.find(id);
  }

  // ------------------------------------------------------------------ monitor

  @Test
  void runsAreLinesOfFixedWidthTheLastToEndFirst() throws IOException {
    SampleRuns.document(
        run("run-1"), "web_ui.json", "{'url':'http://127.0.0.1:56001/','adapter':'gradio'}");
    SampleRuns.document(
        store.open("going-" + "x".repeat(40)),
        "run.json",
        "{'blueprint_id':'harbour','status':'running','started_at':'2026-01-02T03:00:30Z'}");
    store.open("only-job").write("job.json", Json.object().put("job_id", "j"));

    List<String> lines = blueprint("monitor").out().lines().toList();

    assertThat(lines.getFirst())
        .matches("Blueprint runs \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
    assertThat(lines.get(1))
        .isEqualTo(
            "%-28s %-18s %-12s %-25s %-42s %s"
                .formatted("Run ID", "Job ID", "Status", "Ended", "Blueprint", "Web UI"));
    assertThat(lines.get(2)).matches("-+").hasSameSizeAs(lines.get(1));
    assertThat(lines.subList(3, lines.size()))
        .containsExactly(
            "%-28s %-18s %-12s %-25s %-42s %s"
                .formatted(
                    "run-1",
                    "job-run-1",
                    "completed",
                    SampleRuns.at(90),
                    "harbour",
                    "http://127.0.0.1:56001/"),
            "%-28s %-18s %-12s %-25s %s"
                .formatted("going-" + "x".repeat(21) + "…", "", "running", "", "harbour"),
            "%-28s %-18s %-12s %-25s %s"
                .formatted("run-2", "job-run-2", "failed", SampleRuns.at(20), "harbour"));
  }

  @Test
  void runsOfABlueprintAndSoManyAreAsked() {
    SampleRuns.document(
        store.open("other"), "run.json", "{'blueprint_id':'desk','status':'completed'}");

    assertThat(blueprint("monitor", "--blueprint-id", "desk", "--json").json().at("/runs"))
        .hasSize(1)
        .allSatisfy(run -> assertThat(run.path("run_id").asText()).isEqualTo("other"));
    assertThat(blueprint("monitor", "--max-runs", "1").out())
        .contains("run-1")
        .doesNotContain("run-2", "other");
    assertThat(blueprint("monitor", "--max-runs", "0").exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not-there"})
  void whereThereAreNoRunsThatIsSaid(String folder) throws IOException {
    Path empty = Files.createDirectory(home.resolve("empty")).resolve(folder);

    Ended ended = blueprint("monitor", "--runs-root", empty.toString());

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines().skip(1)).containsExactly("No blueprint runs found.");
    assertThat(Files.exists(empty)).isEqualTo(folder.isEmpty());
  }

  @Test
  void aFileIsNoRunsRoot() throws IOException {
    Path file = Files.writeString(home.resolve("file"), "");

    Ended ended = blueprint("monitor", "--runs-root", file.toString());

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.err()).isEqualTo("mn: " + file + " is no folder, so no runs can be in it\n");
  }

  @Test
  void theMonitorLooksAgainUntilItIsStopped() throws Exception {
    Live live = new Live("monitor", "--follow", "--interval", "0.05");
    eventually("two looks", () -> live.lines("Blueprint runs").count() > 1);
    assertThat(live.out()).doesNotContain("run-3");
    SampleRuns.completed(store, "run-3");
    eventually("the new run", () -> live.out().contains("run-3"));

    live.thread.interrupt();

    assertThat(live.exitCode()).isZero();
    assertThat(live.out()).endsWith("Stopped blueprint monitor.\n");
  }

  // ------------------------------------------------------------------ records

  @Test
  void eventsAreTimeTypeAndTheRest() {
    assertThat(blueprint("tail", "run-1", "-n", "2").out().lines())
        .containsExactly(
            SampleRuns.at(85)
                + " workflow_step_completed {\"payload\":{\"attempt\":1,\"step_id\":\"write\"}}",
            SampleRuns.at(90) + " run_completed {\"payload\":{\"token\":\"[REDACTED]\"}}");
    assertThat(blueprint("tail", "run-1").out()).hasLineCount(8);
    assertThat(blueprint("tail", "run-1", "-n", "1", "--json").out())
        .isEqualTo(blueprint("stream", "run-1", "-n", "1", "--channels", "events").out());
    assertThat(blueprint("tail", "run-1", "-n", "0")).isEqualTo(new Ended(0, "", ""));
    assertThat(blueprint("tail", "run-1", "-n", "-1").exitCode()).isEqualTo(2);
  }

  @Test
  void logsAreTimeLevelComponentAndMessage() throws IOException {
    append(run("run-1"), "logs.jsonl", "{\"message\":\"two\\nlines\"}");

    assertThat(blueprint("logs", "run-1").out())
        .startsWith(SampleRuns.at(2) + " INFO collect two ports\n")
        .contains(SampleRuns.at(60) + " WARNING write slow\n")
        .endsWith(" INFO - two\n    lines\n");
    assertThat(blueprint("logs", "run-1", "--level", "warning").out()).hasLineCount(1);
    assertThat(blueprint("logs", "run-1", "--level", "loud").err())
        .contains("--level must be one of trace, debug, info, warning, error, critical");
  }

  @Test
  void aStreamHasARecordALine() {
    List<JsonNode> records =
        blueprint("stream", "run-1")
            .out()
            .lines()
            .map(line -> (JsonNode) Json.parseObject(line, line))
            .toList();

    assertThat(records).hasSize(13);
    assertThat(records)
        .extracting(record -> record.path("channel").asText())
        .contains("events", "logs", "human", "resources");
    assertThat(records.getFirst().fieldNames())
        .toIterable()
        .containsExactly(
            "schema", "id", "ts", "run_id", "blueprint_id", "channel", "type", "level", "payload");
    assertThat(records).extracting(record -> record.path("ts").asText()).isSorted();
    assertThat(blueprint("stream", "run-1", "--channels", "logs", "--level", "error").out())
        .isEmpty();
    assertThat(blueprint("stream", "run-1", "--channels", "human,resources").out()).hasLineCount(3);
    Ended wrong = blueprint("stream", "run-1", "--channels", "events,people");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("'people'", "events, logs, human");
  }

  @Test
  void linesThatAreNoRecordsArePassedOver() throws IOException {
    append(run("run-1"), "events.jsonl", "{\"type\":", "[1]", "", "{\"type\":\"late\"}", "{\"ty");

    assertThat(blueprint("tail", "run-1", "-n", "2").out().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains(" run_completed "),
            line -> assertThat(line).endsWith(" late {}"));
  }

  @Test
  void whatCouldSteerATerminalDoesNot() throws IOException {
    append(
        run("run-1"),
        "logs.jsonl",
        "{\"ts\":\"2026-01-02T03:02:00Z\",\"component\":\"a\\u001b[2J\",\"message\":\"b\\u001b]0;x\\u0007\\rc\\u202ed\"}");
    append(run("run-1"), "events.jsonl", "{\"type\":\"x\\u001b[31m\",\"note\":\"\u009b2J\u202e\"}");
    SampleRuns.document(run("run-1"), "web_ui.json", "{'url':'http://a/\\u001b[2J'}");
    SampleRuns.document(run("run-1"), "result.json", "{'a':'\u009b2J'}");
    shell.atTerminal().set("NO_COLOR", "1").set("COLUMNS", "200");

    for (String[] words :
        List.of(
            new String[] {"logs", "run-1"},
            new String[] {"tail", "run-1"},
            new String[] {"stream", "run-1"},
            new String[] {"monitor"},
            new String[] {"compare", "run-1", "run-2"},
            new String[] {"export", "run-1"},
            new String[] {"export", "run-1", "-f", "md"})) {
      assertThat(blueprint(words).out())
          .as(String.join(" ", words))
          .isNotEmpty()
          .doesNotContain("\u001b", "\u0007", "\r", "\u009b", "\u202e");
    }
    Shell pipe = new Shell(Main::commandLine, home);
    assertThat(pipe.run("blueprint", "export", "run-1").out()).contains("\u009b2J");
  }

  // ------------------------------------------------------------------ following

  /** A command that goes on. */
  private final class Live {
    private final StringWriter out = new StringWriter();
    private final Thread thread;
    private volatile int code = -1;

    Live(String... words) {
      Screen screen = new Screen(Map.of("MN_HOME", home.toString()), false, home);
      String[] line =
          Stream.concat(Stream.of("blueprint"), Stream.of(words)).toArray(String[]::new);
      thread =
          Thread.ofPlatform()
              .start(
                  () ->
                      code =
                          Main.commandLine(screen)
                              .setOut(new PrintWriter(out, true))
                              .setErr(new PrintWriter(out, true))
                              .execute(line));
    }

    String out() {
      return out.toString();
    }

    Stream<String> lines(String word) {
      return out().lines().filter(line -> line.contains(word));
    }

    int exitCode() throws InterruptedException {
      thread.join(20_000);
      return code;
    }
  }

  private RunFolder going() {
    RunFolder run = store.open("going");
    SampleRuns.document(run, "run.json", "{'status':'running'}");
    SampleRuns.document(run, "job.json", "{'job_id':'j','status':'running'}");
    return run;
  }

  private static String event(int number) {
    return "{\"ts\":\"2026-01-02T03:00:00Z\",\"type\":\"e%d\"}".formatted(number);
  }

  @Test
  void aRunIsFollowedToItsEndAlsoWhenItsFilesAreRotated() throws Exception {
    RunFolder run = append(going(), "events.jsonl", event(0), event(1), event(2));
    Live live = new Live("tail", "going", "-n", "1", "--follow", "--interval", "0.05");
    eventually("what was there", () -> live.out().contains("e2"));
    assertThat(live.out()).doesNotContain("e1");

    append(run, "events.jsonl", event(3));
    eventually("what came", () -> live.out().contains("e3"));
    append(run, "events.jsonl", event(4));
    Files.move(run.path().resolve("events.jsonl"), run.path().resolve("events.001.jsonl"));
    append(run, "events.jsonl", event(5));
    eventually("what came after the rotation", () -> live.out().contains("e5"));
    append(run, "events.001.jsonl", event(6)); // who had it open goes on writing
    eventually("what came to the closed file", () -> live.out().contains("e6"));
    try (var torn =
        Files.newBufferedWriter(run.path().resolve("events.jsonl"), StandardOpenOption.APPEND)) {
      torn.write(event(7).substring(0, 20));
      torn.flush();
      append(run, "logs.jsonl", "{\"message\":\"not asked for\"}");
      torn.write(event(7).substring(20) + "\n");
    }
    SampleRuns.document(run, "job.json", "{'job_id':'j','status':'completed'}");

    assertThat(live.exitCode()).as(live.out()).isZero();
    assertThat(live.out().lines().map(line -> line.split(" ")[1]))
        .containsExactlyInAnyOrder("e2", "e3", "e4", "e5", "e6", "e7");
  }

  @Test
  void whatIsWrittenFasterThanItIsReadComesOnce() throws Exception {
    RunFolder run = going();
    Live live =
        new Live(
            "stream", "going", "-n", "100000", "--channels", "events", "-f", "--interval", "0.05");
    for (int i = 0; i < 30; i++) {
      int first = i * 500;
      append(
          run,
          "events.jsonl",
          IntStream.range(first, first + 500)
              .mapToObj(BlueprintFoldersTest::event)
              .toArray(String[]::new));
      if (i % 7 == 6) {
        Files.move(
            run.path().resolve("events.jsonl"),
            run.path().resolve("events.%03d.jsonl".formatted(i / 7 + 1)));
      }
    }
    append(run, "events.jsonl", event(15_000));
    SampleRuns.document(run, "job.json", "{'job_id':'j','status':'completed'}");

    assertThat(live.exitCode()).as(live.out()).isZero();
    assertThat(live.out().lines().map(line -> Json.parseObject(line, line).path("type").asText()))
        .doesNotHaveDuplicates()
        .hasSize(15_001)
        .endsWith("e15000");
  }

  @Test
  void whatIsOverIsNotWaitedFor() {
    assertThat(blueprint("logs", "run-1", "-f").out()).hasLineCount(2);
    assertThat(blueprint("tail", "run-1", "-f", "--interval", "0").err())
        .contains("--interval must be a number of seconds");
  }

  // ------------------------------------------------------------------ the rest

  @Test
  void whatProgramsUsedIsATable() {
    String all = "3650d";
    Ended ended = blueprint("resources", "run-1", "--window", all, "--bucket", "365d");
    assertThat(ended.err()).isEmpty();
    List<String> lines = ended.out().lines().toList();
    assertThat(lines.getFirst().split(" {2,}"))
        .containsExactly(
            "Start",
            "Samples",
            "CPU avg/max",
            "Memory avg/max MB",
            "GPU avg/max",
            "LLM tokens",
            "LLM calls");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).matches(".* 1 +88\\.0/88\\.0 +120\\.5/120\\.5 +- +0 +0");
    assertThat(blueprint("resources", "run-1", "--window=" + all, "--bucket=365d", "--live").out())
        .hasLineCount(2);
    assertThat(blueprint("resources", "run-2").out())
        .isEqualTo("Nothing was measured in the last 24h\n");
    assertThat(blueprint("resources", "run-1", "--window", "soon").exitCode()).isEqualTo(1);
    assertThat(blueprint("resources", "run-1", "--json").json().path("schema").asText())
        .isEqualTo("mn.blueprint.resource_summary.v1");
  }

  @Test
  void whatPeopleWereAskedIsALineEach() throws IOException {
    append(
        run("run-1"),
        "human.jsonl",
        "{\"ts\":\"2026-01-02T03:01:00Z\",\"type\":\"human_input_requested\",\"payload\":{\"request_id\":\"r2\",\"prompt\":\"More?\"}}");
    SampleRuns.document(run("run-1"), "job.json", "{'job_id':'j','status':'running'}");
    SampleRuns.document(run("run-1"), "run.json", "{'status':'running'}");

    assertThat(blueprint("human", "run-1").out().lines())
        .hasSize(3)
        .allSatisfy(line -> Json.parseObject(line, line));
    assertThat(blueprint("human", "run-1", "--pending").out().lines())
        .singleElement()
        .satisfies(
            line ->
                assertThat(Json.parseObject(line, line).at("/payload/request_id").asText())
                    .isEqualTo("r2"));
    assertThat(blueprint("human").err()).contains("Missing argument 'RUN'");
  }

  @Test
  void aPersonAnswersAndAcknowledges() throws IOException {
    RunFolder run = going();
    append(
        run,
        "human.jsonl",
        "{\"ts\":\"2026-01-02T03:01:00Z\",\"type\":\"human_input_requested\",\"payload\":{\"request_id\":\"q\",\"allowed_decisions\":[\"approve\",\"reject\"]}}",
        "{\"ts\":\"2026-01-02T03:01:00Z\",\"type\":\"human_notice\",\"payload\":{\"notice_id\":\"n\",\"prompt\":\"Look\"}}");
    String there = root.toString();

    assertThat(blueprint("human", "respond", "going", "q", "--decision=maybe").err())
        .startsWith("mn: --decision must be one of: approve, reject");
    assertThat(blueprint("human", "respond", "going", "q").err())
        .contains("Missing option '--decision'");
    assertThat(
            blueprint(
                "human",
                "respond",
                "going",
                "q",
                "--decision=approve",
                "--notes=fine",
                "--runs-root",
                there))
        .isEqualTo(new Ended(0, "q: answered with approve by cli\n", ""));
    assertThat(blueprint("human", "ack", "going", "n", "--reviewer", "ada").out())
        .isEqualTo("n: acknowledged by ada\n");
    assertThat(blueprint("human", "respond", "going", "none", "--decision=approve").exitCode())
        .isEqualTo(1);

    assertThat(blueprint("human", "going", "--pending").out()).isEmpty();
    assertThat(blueprint("human", "going").out())
        .contains("human_input_received", "\"comment\":\"fine\"", "human_notice_acknowledged");
    assertThat(blueprint("tail", "going").out()).contains(" human_input_received ");
  }

  @Test
  void aQuestionOfTheWorkflowItselfIsNotAnsweredInAFile() throws IOException {
    append(
        going(),
        "human.jsonl",
        "{\"ts\":\"2026-01-02T03:01:00Z\",\"event_id\":\"j:4\",\"type\":\"human_input_requested\",\"payload\":{\"request_id\":\"q\"}}");

    Ended ended = blueprint("human", "respond", "going", "q", "--decision=approve");

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.err()).contains("only its server can tell");
    assertThat(blueprint("human", "going").out()).hasLineCount(1);
  }

  @Test
  void twoRunsStandSideBySide() {
    List<String> lines = blueprint("compare", "run-1", "run-2").out().lines().toList();

    assertThat(lines.stream().map(line -> line.split(" {2,}")[0]))
        .containsExactly(
            "Field",
            "Blueprint",
            "Status",
            "Started",
            "Ended",
            "Event count",
            "Final artifact",
            "artifact.executive_summary",
            "artifact.type");
    assertThat(lines.get(0)).matches("Field +run-1 +run-2");
    assertThat(lines.get(2)).matches("Status +completed +failed");
    assertThat(lines.get(5)).matches("Event count +8 +3");
    assertThat(lines.get(6)).matches("Final artifact +yes +no");
    assertThat(lines.get(8)).matches("artifact.type +report");
    assertThat(blueprint("compare", "run-1", "run-2", "--json").json().at("/runs/0/events").asInt())
        .isEqualTo(8);
  }

  @Test
  void theExportHasFourteenMembersSorted() throws IOException {
    append(
        run("run-2"),
        "logs.jsonl",
        IntStream.range(0, 230)
            .mapToObj(i -> "{\"message\":\"m%d\"}".formatted(i))
            .toArray(String[]::new));

    Ended ended = blueprint("export", "run-2");

    assertThat(ended.json().fieldNames())
        .toIterable()
        .containsExactly(
            "config",
            "errors",
            "events",
            "final_artifact",
            "human",
            "inputs",
            "job",
            "logs",
            "observability_summary",
            "resources",
            "result",
            "run",
            "timeline",
            "web_ui");
    assertThat(ended.out())
        .startsWith("{\n  \"config\": {\n    \"model\": {\n      \"name\": \"large\"");
    assertThat(ended.json().at("/logs")).hasSize(200);
    assertThat(ended.err()).isEqualTo("mn: logs has the last 200 of 230 records\n");
    assertThat(ended.json().at("/run/run_dir").asText()).isEqualTo(run("run-2").path().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"markdown", "md", "MarkDown"})
  void theMarkdownHasTheSectionsOfTheOriginalAndNoOthers(String format) throws IOException {
    SampleRuns.document(run("run-1"), "web_ui.json", "{'url':'http://a','adapter':'static_html'}");
    SampleRuns.document(run("run-1"), "inputs.json", "{'b':[],'a':{'z':1,'y':[1,'|']},'c':{}}");
    append(
        run("run-1"),
        "events.jsonl",
        IntStream.range(0, 25).mapToObj(BlueprintFoldersTest::event).toArray(String[]::new));

    String report = blueprint("export", "run-1", "--format", format).out();

    assertThat(report)
        .startsWith(
            """
            # Blueprint Run run-1

            ## Summary

            | Field | Value |
            |---|---|
            | Run ID | run-1 |
            | Blueprint | harbour |
            | Status | completed |
            | Started | 2026-01-02T03:00:00.000Z |
            | Ended | 2026-01-02T03:01:30.000Z |
            | Run Directory | %s |
            | Job ID | job-run-1 |

            ## Final Artifact

            ```json
            {
              "executive_summary": "Twelve ships | two ports.",
              "type": "report"
            }
            ```

            ## Web UI

            | URL | Adapter | Status |
            |---|---|---|
            | http://a | static_html |  |

            ## Result

            ```json
            {
              "ships": 12
            }
            ```

            ## Inputs

            ```json
            {
              "a": {
                "y": [
                  1,
                  "|"
                ],
                "z": 1
              },
              "b": [],
              "c": {}
            }
            ```

            ## Config

            ```json
            """
                .formatted(root.resolve("run-1")))
        .endsWith("{\"ts\":\"2026-01-02T03:00:00Z\",\"type\":\"e24\"}\n```\n");
    String tail = report.substring(report.indexOf("## Event Tail"));
    assertThat(tail.lines().filter(line -> line.startsWith("{\""))).hasSize(20);
    assertThat(report.lines().filter(line -> line.startsWith("## ")))
        .containsExactly(
            "## Summary",
            "## Final Artifact",
            "## Web UI",
            "## Result",
            "## Inputs",
            "## Config",
            "## Event Tail");
  }

  @Test
  void whatIsNotThereIsEmptyInTheMarkdown() {
    SampleRuns.document(
        store.open("bare"), "run.json", "{'blueprint_id':'a|" + "b".repeat(200) + "'}");

    assertThat(blueprint("export", "bare", "-f", "md").out())
        .contains("| Blueprint | a\\|" + "b".repeat(137) + "… |\n| Status |  |\n")
        .contains("## Final Artifact\n\n```json\n{}\n```\n\n## Result\n\n```json\n{}\n```\n")
        .endsWith("## Event Tail\n\n```json\n```\n")
        .doesNotContain("Job ID", "Web UI");
  }

  @ParameterizedTest
  @ValueSource(strings = {"html", "static_html", "web"})
  void thePageLiesInTheFolderOfTheRun(String format) throws IOException {
    SampleRuns.document(run("run-1"), "result.json", "{'a':'<script>alert(1)</script>'}");
    Path elsewhere = Files.writeString(home.resolve("mine.html"), "mine");
    Path page = run("run-1").path().resolve("mn-export.html");
    Files.createSymbolicLink(page, elsewhere);

    Ended ended = blueprint("export", "run-1", "--format", format);

    assertThat(ended.out()).isEqualTo(page.toUri() + "\n");
    assertThat(Path.of(URI.create(ended.out().strip())))
        .content()
        .startsWith("<!doctype html>")
        .contains("<h2>Event Tail</h2>", "&lt;script&gt;alert(1)", "default-src 'none'")
        .doesNotContain("<script");
    assertThat(elsewhere).hasContent("mine");
  }

  @Test
  void anUnknownFormatIsRefused() {
    Ended ended = blueprint("export", "run-1", "--format", "pdf");

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.err())
        .isEqualTo("mn: Unsupported export format. Use 'json', 'markdown', or 'html'.\n");
    assertThat(blueprint("export", "run-1", "--format", "md", "--json").exitCode()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"tail", "logs", "stream", "resources", "human", "export"})
  void aRunThatIsNotThereIsNamedWithItsPlace(String command) {
    for (String run : List.of("nope", "..", "run-1/..")) {
      Ended ended = blueprint(command, run, "--runs-root", root.toString());

      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err()).isEqualTo("mn: run '%s' not found under %s\n".formatted(run, root));
    }
    assertThat(blueprint("compare", "run-1", "nope").err()).contains("run 'nope' not found under");
  }

  @Test
  void readingWritesNothing() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path hidden : files.filter(file -> file.endsWith(".mn")).toList()) {
        remove(hidden);
      }
    }
    List<String> before = look();

    for (String command : List.of("tail", "logs", "stream", "resources", "human", "export")) {
      assertThat(blueprint(command, "run-1").exitCode()).as(command).isZero();
    }
    assertThat(blueprint("compare", "run-1", "run-2").exitCode()).isZero();
    assertThat(blueprint("monitor").exitCode()).isZero();

    assertThat(look()).isEqualTo(before);
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private List<String> look() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> file + " " + file.toFile().lastModified() + " " + file.toFile().length())
          .sorted()
          .toList();
    }
  }

  @Test
  void theFoldersOfAVariableAreReadWhereNoServerIsKnown() {
    Shell other =
        new Shell(Main::commandLine, home.resolve("another")).set("MN_RUNS_ROOT", root.toString());

    assertThat(other.run("blueprint", "monitor").out()).contains("run-1");
    assertThat(other.run("blueprint", "monitor", "--api=http://a", "--runs-root=b").err())
        .contains("give --api or --runs-root, not both");
    assertThat(other.run("blueprint", "monitor", "--runs-root=").exitCode()).isEqualTo(2);
  }

  @Test
  void recordsOfClosedFilesAreThereToo() throws IOException {
    run("run-1").append(RunLog.LOGS, List.of(Json.object().put("message", "new")));
    Files.move(
        run("run-1").path().resolve("logs.jsonl"), run("run-1").path().resolve("logs.001.jsonl"));
    append(run("run-1"), "logs.jsonl", "{\"message\":\"newer\"}");

    assertThat(blueprint("logs", "run-1").out()).containsSubsequence("two ports", "new\n", "newer");
  }
}
