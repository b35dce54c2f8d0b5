package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.FakeCluster;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client commands against a real gRPC server over fakes. */
@Whole
class ClientCommandsTest {
  private static final String MANIFEST = "{\"graph_id\":\"fake\",\"job_name\":\"fake\"}";

  @TempDir Path folder;
  private GrpcRuntime runtime;
  private Shell shell;

  @BeforeEach
  void start() {
    runtime = GrpcRuntime.start();
    shell = shell();
  }

  private Shell shell() {
    return new Shell(Main::commandLine, folder)
        .set("MN_GRPC_TARGET", "127.0.0.1:" + runtime.server.port())
        .set("MN_GRPC_AUTH_TOKEN", GrpcRuntime.AUTH.value());
  }

  /** Who reads at a terminal without colours. */
  private Shell person() {
    return shell().set("NO_COLOR", "1").atTerminal();
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  private String job() {
    Payloads payloads = new Payloads.Inline(Map.of("data", new byte[] {1, 2}));
    return runtime.jobs.submit(new Submission(MANIFEST, payloads, null)).jobId();
  }

  private Path bundle() throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("bundle/payloads")).getParent();
    Files.writeString(bundle.resolve("manifest.json"), MANIFEST);
    Files.writeString(bundle.resolve("payloads/run.sh"), "true");
    return bundle;
  }

  private Path zip(String... entries) throws IOException {
    Path zip = folder.resolve("bundle.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.write(entry.endsWith(".json") ? MANIFEST.getBytes() : new byte[] {'x'});
      }
    }
    return zip;
  }

  @Test
  void aScriptThatIsNotThereIsAnErrorBeforeAnythingRuns() throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("scripts/payloads")).getParent();
    Files.writeString(
        bundle.resolve("manifest.yaml"),
        "name: scripts\ntagz: 1\nsteps: [{id: a, run: [python3, a.py]}]\n");
    String missing =
        "manifest.yaml:3:32: steps.a.run names a.py, which is not among the files that it starts with";
    Shell alone = new Shell(Main::commandLine, folder).set("MN_GRPC_TARGET", "127.0.0.1:1");
    Ended validated = alone.run("validate", bundle.toString());
    assertThat(validated.exitCode()).isEqualTo(1);
    assertThat(validated.out())
        .contains("error: " + missing, "warning: ", "cannot run: 1 error, 1 warning");
    JobPage before = runtime.jobs.list(100, true);
    Ended run = shell.run("run", bundle.toString());
    assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
    assertThat(run.err()).contains(missing);

    Files.writeString(bundle.resolve("payloads/a.py"), "");
    assertThat(alone.run("validate", bundle.toString()).exitCode()).isZero();
    assertThat(alone.run("validate", bundle.toString(), "--strict").out())
        .contains("error: manifest.yaml:2:1: unknown member tagz", "cannot run: 1 error");
    assertThat(alone.run("run", bundle.toString(), "--strict").err()).contains("tagz");
    assertThat(runtime.jobs.list(100, true)).isEqualTo(before);
  }

  @Test
  void servicesAreListedResolvedAndChecked() throws IOException {
    runtime.services.add(
        "{'id':'j:web:web','name':'web','status':'passing','address':'127.0.0.1','port':8080,"
            + "'job_id':'j','agent_id':'web','node':'n','tags':['a','b']}");

    assertThat(person().run("service", "list", "--tag", "a", "--all").out())
        .contains("web", "passing", "127.0.0.1:8080", "a, b");
    assertThat(runtime.services.asked())
        .isEqualTo("list {\"tags\":[\"a\"],\"passing_only\":false}");
    Ended resolved = shell.run("service", "resolve", "web");
    assertThat(resolved.json().at("/service/port").asInt()).isEqualTo(8080);
    assertThat(runtime.services.asked())
        .isEqualTo("resolve web {\"tags\":[],\"passing_only\":true}");

    Path manifest = folder.resolve("needy.json");
    Files.writeString(manifest, MANIFEST.replaceFirst("\\{", "{\"required_services\":[\"db\"],"));
    assertThat(shell.run("service", "check", manifest.toString()))
        .isEqualTo(new Ended(0, "Service check confirmed.\nStatus: healthy\n", ""));
    assertThat(runtime.services.asked()).isEqualTo("check [\"db\"]");
    assertThat(
            shell
                .run("service", "check", manifest.toString(), "-o", "json")
                .json()
                .at("/version")
                .asText())
        .isEqualTo("validation.report/v1");
  }

  @Test
  void whyAServiceDoesNotPassIsALineBelowTheTable() {
    runtime.services.add(
        "{'id':'j:job:ill','name':'ill','address':'127.0.0.1','port':1,'status':'critical','tags':[],'meta':{},"
            + "'health':{'status':'critical','checks':[{'name':'home','type':'http',"
            + "'status':'critical','required':true,'consecutive_failures':3,"
            + "'message':'bad answer: \\u001b[2J'}]}}");
    runtime.services.add(
        "{'id':'j:job:held','name':'held','address':'127.0.0.1','port':2,'status':'critical','tags':[],'meta':{},"
            + "'health':{'status':'critical','reason':'job_paused','checks':[]}}");
    assertThat(person().run("service", "list", "--all").out())
        .contains("j:job:ill is critical: home: bad answer: ?[2J\n")
        .contains("j:job:held is critical: job_paused\n")
        .doesNotContain("web is");
  }

  @Test
  void severalJobsAreCancelledAtOnceOrNone() {
    String one = job();
    String two = job();
    String three = job();

    Ended wrong = shell.run("job", "cancel", one, "nobody-knows");
    assertThat(wrong.exitCode()).isEqualTo(5);
    assertThat(wrong.err()).contains("nobody-knows was not found");
    assertThat(shell.run("job", "status", one).json().at("/summary/status").asText())
        .isEqualTo("running");

    Ended cancelled = shell.run("job", "cancel", one, two, one);
    assertThat(cancelled.exitCode()).isZero();
    assertThat(cancelled.out().lines())
        .containsExactly(
            "To cancel: 2 jobs: %s, %s".formatted(one, two),
            "Job " + one + ": cancelled",
            "Job " + two + ": cancelled",
            "2 of 2 jobs");
    assertThat(
            shell.run("job", "pause", "--status", "running", "--json").json().at("/jobs/0/job_id"))
        .hasToString('"' + three + '"');
  }

  @Test
  void jobsAreChosenByNameStatusAndAge() {
    String job = job();

    assertThat(shell.run("job", "cancel", "--name", "other").out()).isEqualTo("0 of 0 jobs\n");
    assertThat(shell.run("job", "cancel", "--status", "paused").out()).isEqualTo("0 of 0 jobs\n");
    assertThat(shell.run("job", "cancel", "--older", "36500d").out()).isEqualTo("0 of 0 jobs\n");
    assertThat(shell.run("job", "cancel", "--name", "fake", "--status", "done").err())
        .contains("--status must be one of pending, ");
    assertThat(shell.run("job", "cancel", job, "--name", "fake").err())
        .contains("give ids, or --status, --name and --older, not both");
    assertThat(shell.run("job", "cancel", "--older", "soon").exitCode()).isEqualTo(2);
    assertThat(shell.run("job", "cancel").err()).contains("Missing argument 'JOB_ID'");

    assertThat(shell.run("job", "cancel", "--name", "fake", "--older", "1d").out())
        .contains("To cancel: 1 job: " + job, "1 of 1 job");
  }

  @Test
  void aPersonIsAskedWhetherAllTheseJobsAreMeant() {
    String job = job();
    Shell person = person().set("COLUMNS", "80");

    assertThat(person.run("job", "unfinished").out()).contains(job + " ");
    Ended no = person.typing("n\n", "job", "cancel", "--name", "fake");
    assertThat(no.exitCode()).isEqualTo(1);
    assertThat(no.out()).contains("To cancel: 1 job: " + job, "Do it? [y/N] Nothing was done");
    assertThat(shell.run("job", "status", job).json().at("/summary/status").asText())
        .isEqualTo("running");
    assertThat(person.run("job", "pause", "--name", "fake", "--yes").out()).contains(": paused");
    assertThat(person.typing("yes\n", "job", "cancel", "--name", "fake").out())
        .contains(": cancelled");

    assertThat(person.typing("\n", "job", "clear").out())
        .contains("To delete: 1 job, all that have ended; their runs stay", "Nothing was done");
    assertThat(shell.run("job", "clear", "--status", "running").err())
        .contains("--status must be one of completed, failed, cancelled");
    assertThat(shell.run("job", "clear", job, "--name", "fake").err())
        .contains("give ids, or --status, --name and --older, not both");
    assertThat(shell.run("job", "clear", "--name", "other").out())
        .isEqualTo("No such jobs have ended\n");
    assertThat(person.typing("n\n", "job", "clear", "--status", "cancelled").out())
        .contains("To delete: 1 job; their runs stay", "Nothing was done");
    assertThat(shell.run("job", "clear", "--name", "fake", "--older", "1d").out())
        .isEqualTo("Jobs cleared: 1\n");
    String other = job();
    shell.run("job", "cancel", other);
    assertThat(person.typing("y\n", "job", "clear").out()).endsWith("Jobs cleared: 1\n");
  }

  @Test
  void aDetachedRunPrintsTheJobsIdAndNothingElse() throws IOException {
    Ended ended = shell.run("run", bundle().toString(), "--detached");

    assertThat(ended).isEqualTo(new Ended(0, "fake-1\n", ""));
    Submission sent = runtime.jobs.submissions().getFirst();
    assertThat(((Submission.Payloads.Inline) sent.payloads()).files()).containsOnlyKeys("run.sh");
  }

  @Test
  void aDetachedRunWithJsonIsOneDocument() throws IOException {
    Ended ended = shell.run("run", bundle().toString(), "-d", "--json");

    assertThat(ended.json())
        .isEqualTo(Json.object().put("job_id", "fake-1").put("status", "pending"));
  }

  @Test
  void warningsAreOnStderrOneInALine() throws IOException {
    runtime.jobs.warn(List.of("unknown member workflwo", "services is ignored"));
    String bundle = bundle().toString();

    assertThat(shell.run("run", bundle, "--detached"))
        .isEqualTo(
            new Ended(
                0,
                "fake-1\n",
                "mn: warning: unknown member workflwo\nmn: warning: services is ignored\n"));
    assertThat(shell.run("run", bundle, "-d", "--json").json().path("job_id").asText())
        .isEqualTo("fake-2");
  }

  @Test
  void aZipIsSentWithItsPayloads() throws IOException {
    Path zip = zip("top/manifest.json", "top/payloads/a/run.sh");

    assertThat(shell.run("run", zip.toString(), "-d").exitCode()).isZero();

    Submission sent = runtime.jobs.submissions().getFirst();
    assertThat(((Submission.Payloads.Inline) sent.payloads()).files()).containsOnlyKeys("a/run.sh");
  }

  @Test
  void aZipThatClimbsOutIsRefusedBeforeAnythingIsSent() throws IOException {
    Path zip = zip("manifest.json", "payloads/../../evil.sh");

    Ended ended = shell.run("run", zip.toString());

    assertThat(ended)
        .isEqualTo(
            new Ended(
                1,
                "",
                "mn: bundle contains unsafe paths:"
                    + " payloads/../../evil.sh leads out of its folder with '..'\n"));
    assertThat(runtime.jobs.calls()).isEmpty();
  }

  @Test
  void aZipWithDamagedContentIsRefusedBeforeAnythingIsSent() throws IOException {
    Path zip = folder.resolve("damaged.zip");
    Files.write(zip, Zips.bundle("{}").damaged("payloads/a.txt"));

    String says =
        "invalid zip bundle: the content of payloads/a.txt is damaged, its CRC does not match\n";
    assertThat(shell.run("run", zip.toString())).isEqualTo(new Ended(1, "", "mn: " + says));
    Ended validated = shell.run("validate", zip.toString());
    assertThat(validated.exitCode()).isEqualTo(1);
    assertThat(validated.out()).startsWith("error: " + says).contains("cannot run");
    assertThat(runtime.jobs.calls()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"completed,0", "failed,3", "cancelled,4"})
  void anAttachedRunEndsAsItsJobDid(String status, int exitCode) throws IOException {
    runtime.jobs.intercept(
        call -> {
          if (call.startsWith("watch")) {
            Thread.startVirtualThread(() -> runtime.jobs.finish("fake-1", status));
          }
        });

    Ended ended = shell.run("run", bundle().toString(), "--json");

    assertThat(ended.exitCode()).isEqualTo(exitCode);
    assertThat(ended.json().path("job_id").asText()).isEqualTo("fake-1");
    assertThat(ended.json().path("status").asText()).isEqualTo(status);
  }

  @Test
  void aPipedRunPrintsHowFarItIsAndThenTheResult() throws IOException {
    runtime.jobs.intercept(
        call -> {
          if (call.startsWith("watch")) {
            Thread.startVirtualThread(() -> runtime.jobs.finish("fake-1", "completed"));
          }
        });

    Ended ended = shell.run("run", bundle().toString());

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out()).startsWith("Job fake-1\n").doesNotContain("\033");
    assertThat(ended.out().lines())
        .anyMatch(line -> line.matches("03:04:05.006Z +job +running"))
        .anyMatch(line -> line.matches("03:04:05.006Z +job +completed"));
  }

  @Test
  void aRunThatOutlastsItsTimeoutLeavesTheJobAlone() throws IOException {
    Ended ended = shell.run("run", bundle().toString(), "--timeout", "0.2", "--json");

    assertThat(ended.exitCode()).isEqualTo(124);
    assertThat(ended.json().path("job_id").asText()).isEqualTo("fake-1");
    assertThat(ended.json().path("status").asText()).isEqualTo("running");
    assertThat(ended.err()).isEqualTo("mn: job fake-1 has not ended within 0.2 s\n");
    assertThat(runtime.jobs.calls()).noneMatch(call -> call.startsWith("cancel"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-0.5", "NaN", "Infinity"})
  void aTimeoutThatIsNoTimeIsRefusedBeforeAnythingIsSent(String seconds) throws IOException {
    for (List<String> command :
        List.of(List.of("run", bundle().toString()), List.of("job", "result", "j", "--wait"))) {
      List<String> line = new ArrayList<>(command);
      line.add("--timeout=" + seconds);
      Ended ended = shell.run(line.toArray(String[]::new));

      assertThat(ended.exitCode()).isEqualTo(2);
      assertThat(ended.err())
          .startsWith("mn: --timeout must be 0 or more seconds, but is ")
          .contains(seconds);
    }
    assertThat(runtime.jobs.calls()).isEmpty();
  }

  @Test
  void aVeryShortTimeoutIsOne() throws IOException {
    Ended ended = shell.run("run", bundle().toString(), "--timeout", "0.0001");

    assertThat(ended.exitCode()).isEqualTo(124);
  }

  @ParameterizedTest
  @CsvSource({"status", "why", "events", "result", "cancel", "pause", "resume", "monitor"})
  void aJobThatIsUnknownIsNotFound(String command) {
    Ended ended = shell.run("job", command, "nope");

    assertThat(ended.exitCode()).isEqualTo(5);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .isEqualTo("mn: job nope was not found; mn job list shows those that are there\n");
  }

  @Test
  void jobsAreListedAsATable() {
    job();

    Ended ended = person().set("COLUMNS", "120").run("job", "list");

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines().toList())
        .satisfiesExactly(
            header -> assertThat(header).startsWith("Job ID").contains("Status"),
            row ->
                assertThat(row)
                    .startsWith("fake-1 ")
                    .contains(" running ", "2026-01-02 03:04:05", "job_running")
                    .endsWith(" fake"));
  }

  @Test
  void jobsAreListedAsADocument() {
    job();

    assertThat(shell.run("job", "list", "--json", "--limit", "5").json().at("/data/0/job_id"))
        .hasToString("\"fake-1\"");
    assertThat(shell.run("job", "list").json().at("/data/0/job_id")).as("in a pipe").isNotNull();
    assertThat(shell.run("job", "list").out()).isEqualTo(shell.run("job", "list", "--json").out());
  }

  @Test
  void onlyRunningJobsAreListedOnDemand() {
    runtime.jobs.finish(job(), "completed");

    assertThat(person().run("job", "list", "--running-only").out())
        .isEqualTo("No jobs that have not ended\n");
  }

  @Test
  void coloursAppearAtATerminalUnlessNoColorIsSet() {
    job();
    shell.atTerminal().set("COLUMNS", "100");

    assertThat(shell.run("job", "list").out()).contains("\033[36m");
    assertThat(shell.run("job", "list", "--json").out()).doesNotContain("\033");
    assertThat(shell.set("NO_COLOR", "1").run("job", "list").out()).doesNotContain("\033");
  }

  @Test
  void tablesFitTheColumnsAndNeverCutTheId() {
    job();

    assertThat(person().set("COLUMNS", "50").run("job", "list").out().lines())
        .allMatch(line -> line.length() <= 50)
        .anyMatch(line -> line.matches("fake-1  running  2026-01-02 03:04  job_running.*"));
    assertThat(person().set("COLUMNS", "20").run("job", "list").out())
        .isEqualTo("Job ID  Status\nfake-1  running\n(3 more columns)\n");
    assertThat(person().set("COLUMNS", "42").run("job", "list").out())
        .endsWith("(no room for: Last event, Workflow)\n");
  }

  @Test
  void theDetailsOfAJobAreADocument() {
    String job = job();

    assertThat(shell.run("job", "status", job, "--json").json().at("/summary/status"))
        .hasToString("\"running\"");
    assertThat(shell.run("job", "status", job).json().at("/summary/status").asText())
        .isEqualTo("running");
    assertThat(person().run("job", "status", job).out()).contains("Status", "running");
  }

  @Test
  void aJobSaysWhyItDoesNotGoOn() {
    String job = job();

    assertThat(shell.run("job", "why", job).out())
        .isEqualTo(
            """
            Job fake-1: it is running

            Subject    State       Because
            step work  retry_wait  waits, until 2026-06-20 10:00:05
            """);
    assertThat(shell.run("job", "why", job, "--json").json())
        .isEqualTo(Trees.tree(runtime.jobs.why(job)));
  }

  @Test
  void whoSubmittedAJobIsShownWhereItIsKnown() {
    job();
    assertThat(person().run("job", "list").out()).doesNotContain("By");
    assertThat(person().run("job", "status", "fake-1").out()).doesNotContain("By");
    runtime.jobs.submit(Submission.of(MANIFEST).by("anna"));

    assertThat(person().set("COLUMNS", "120").run("job", "list").out().lines().toList())
        .satisfiesExactlyInAnyOrder(
            header -> assertThat(header).contains("Submitted (UTC)  ", "By ", "Last event"),
            row -> assertThat(row).startsWith("fake-2 ").contains(" anna "),
            row -> assertThat(row).startsWith("fake-1 ").doesNotContain("anna"));
    assertThat(person().run("job", "status", "fake-2").out()).containsPattern("(?m)^By +anna$");
    assertThat(shell.run("job", "why", "fake-2").out()).containsPattern("(?m)^Submitted +by anna$");
  }

  @Test
  void aReasonIsWrappedAtTheEndOfTheScreenAndNotCut() {
    String job = job();
    shell.set("COLUMNS", "40");

    assertThat(shell.run("job", "why", job).out().lines().skip(3))
        .allMatch(line -> line.length() <= 40)
        .first()
        .asString()
        .isEqualTo("step work  retry_wait  waits, until");
  }

  @Test
  void eventsGoOnFromACursor() {
    String job = job();

    Ended ended = shell.run("job", "events", job, "--after", "1", "--limit", "2", "--json");

    assertThat(ended.json().path("events")).hasSize(2);
    assertThat(ended.json().path("next").asInt()).isEqualTo(3);
    assertThat(ended.json().path("ended").asBoolean()).isFalse();
  }

  @Test
  void followedEventsAreJsonLinesUntilTheEnd() {
    String job = job();
    runtime.jobs.intercept(
        call -> {
          if (call.startsWith("watch")) {
            Thread.startVirtualThread(() -> runtime.jobs.finish(job, "completed"));
          }
        });

    Ended ended = shell.run("job", "events", job, "--follow", "--json");

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines().map(line -> Json.parseObject(line, "line").path("seq").asInt()))
        .containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void aResultIsToldOnceThereIsOne() {
    String job = job();
    Ended early = shell.run("job", "result", job);
    runtime.jobs.finish(job, "completed");

    assertThat(early.exitCode()).isEqualTo(1);
    assertThat(early.err()).contains("is running and has no result yet");
    assertThat(shell.run("job", "result", job, "--wait", "--json").json().at("/result/answer"))
        .hasToString("42");
  }

  @Test
  void jobsAreSteered() {
    String job = job();

    assertThat(shell.run("job", "pause", job)).isEqualTo(new Ended(0, "Job fake-1: paused\n", ""));
    assertThat(shell.run("job", "resume", job).out()).isEqualTo("Job fake-1: resumed\n");
    assertThat(shell.run("job", "cancel", job, "--json").json())
        .isEqualTo(Json.object().put("job_id", job).put("status", "cancelled"));
  }

  @Test
  void aJobIsForkedAndFollowedOnDemand() throws Exception {
    String job = job();

    assertThat(shell.run("job", "fork", job, "--at", "s", "--input", "s=[1]", "--input", "t={}"))
        .isEqualTo(new Ended(0, "Job fake-2\n", ""));
    assertThat(shell.run("job", "fork", job, "--at", "3", "--json").json().path("forked_from"))
        .isEqualTo(Json.parse("{\"job_id\":\"fake-1\",\"at\":3}"));
    runtime.jobs.intercept(
        call -> {
          if (call.startsWith("watch fake-4")) {
            Thread.startVirtualThread(() -> runtime.jobs.finish("fake-4", "failed"));
          }
        });
    Ended followed = shell.run("job", "fork", job, "--follow");

    assertThat(followed.exitCode()).isEqualTo(3);
    assertThat(followed.out()).startsWith("Job fake-4\n");
    Map<String, JsonNode> bodies = Map.of("s", Json.parse("[1]"), "t", Json.object());
    assertThat(runtime.jobs.calls())
        .contains(
            "fork fake-1 " + ForkRequest.atStep("s").with(bodies),
            "fork fake-1 " + ForkRequest.atEvent(3),
            "fork fake-1 " + ForkRequest.atBeginning());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--input=s", "--at=99999999999999999999", "-fd"})
  void aForkThatCannotBeMeantIsAWrongUse(String option) {
    assertThat(shell.run("job", "fork", "any", option).exitCode()).isEqualTo(2);
    assertThat(runtime.jobs.calls()).isEmpty();
  }

  @Test
  void aForkIsToldLikeARun() {
    String job = job();

    assertThat(shell.run("job", "fork", job, "--at", "s", "-i", "s=hello", "--detached"))
        .isEqualTo(new Ended(0, "fake-2\n", ""));
    assertThat(runtime.jobs.calls())
        .contains(
            "fork fake-1 " + ForkRequest.atStep("s").with(Map.of("s", TextNode.valueOf("hello"))));
  }

  @Test
  void aMessageIsSent() {
    String job = job();

    Ended ended =
        shell.run(
            "job", "send", job, "work", "--type=go", "--body", "{\"n\":1}", "--header", "a=b");

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out()).startsWith("Agent work has message msg-");
    assertThat(runtime.jobs.calls())
        .contains(
            "send fake-1 work {\"body\":{\"n\":1},\"type\":\"go\",\"headers\":{\"a\":\"b\"}}");
    assertThat(shell.run("job", "send", job, "work", "--json").json().path("accepted").asBoolean())
        .isTrue();
  }

  @Test
  void aJobIsDrained() {
    String job = job();

    assertThat(shell.run("job", "pause", job, "--drain").out()).isEqualTo("Job fake-1: paused\n");
    assertThat(runtime.jobs.calls()).contains("drain fake-1");
  }

  @Test
  void aPausedJobIsWrittenToAFileAndMadeAgain() {
    String job = job();
    Ended early = shell.run("job", "backup", job, "-o", folder.resolve("copies").toString());
    shell.run("job", "pause", job);

    Ended written = shell.run("job", "backup", job, "-o", folder.resolve("copies").toString());
    Path file = Path.of(written.out().strip());
    Ended made = shell.run("job", "restore", file.toString(), "--run-id=run-2", "--blueprint=blue");

    assertThat(early.exitCode()).isEqualTo(1);
    assertThat(early.err()).contains("must be paused");
    assertThat(written.err()).contains("may hold secrets");
    assertThat(file.getParent()).isEqualTo(folder.resolve("copies"));
    assertThat(file.getFileName().toString())
        .startsWith("run-fake-1-fake-1-")
        .endsWith(".mnbackup.zip");
    assertThat(made.out()).contains("Job fake-2: paused, restored from fake-1");
    assertThat(runtime.jobs.calls()).contains("restore blue run-2");
    Backup restored = runtime.jobs.backups().getFirst();
    assertThat(restored.files().get("payloads/data")).containsExactly(1, 2);
    assertThat(restored.files().get("manifest.json")).asString().isEqualTo(MANIFEST);
    assertThat(Json.parseObject(restored.json(), "backup"))
        .isEqualTo(Json.parseObject(runtime.jobs.backup(job).json(), "backup"));
  }

  @Test
  void whatIsNoBackupIsNotSent() throws IOException {
    Ended none = shell.run("job", "restore", folder.resolve("none.zip").toString());
    Ended other = shell.run("job", "restore", zip("manifest.json").toString());

    assertThat(none.exitCode()).isEqualTo(5);
    assertThat(other.err()).contains("the archive is no backup: it has no mn-backup.json");
    assertThat(runtime.jobs.calls()).isEmpty();
  }

  @Test
  void aBodyThatIsNoJsonIsAWrongUse() {
    Ended ended = shell.run("job", "send", "any", "work", "--body", "hello");

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("--body must be JSON");
    assertThat(runtime.jobs.calls()).isEmpty();
  }

  @Test
  void nodesAreListed() {
    assertThat(shell.run("node", "list").json().at("/nodes/0/name").asText())
        .isEqualTo(FakeCluster.NODE);
    assertThat(person().run("node", "list").out()).contains(FakeCluster.NODE, "healthy", "yes");
    assertThat(shell.run("node", "list", "--json").json().at("/nodes/0/name").asText())
        .isEqualTo(FakeCluster.NODE);
  }

  @Test
  void healthTellsWhichDoorIsShut() {
    Ended ended =
        shell
            .set("MN_API_BASE_URL", "http://127.0.0.1:1/api/v1")
            .run("runtime", "health", "--json");

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.json().path("overall").asText()).isEqualTo("critical");
    assertThat(ended.json().at("/components/0/status").asText()).isEqualTo("passing");
    assertThat(ended.json().at("/components/1/status").asText()).isEqualTo("critical");
  }

  @Test
  void aServerThatIsNotReadyIsNotHealthy(@TempDir Path folder) throws Exception {
    try (GatewayFixture gateway = GatewayFixture.open(folder, null)) {
      gateway.notReady = List.of("a disk is full");
      Ended ended =
          shell
              .set("MN_API_BASE_URL", gateway.uri("/api/v1").toString())
              .run("runtime", "health", "--json");

      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.json().at("/components/1/error").asText())
          .isEqualTo("not ready: a disk is full");
    }
  }

  @Test
  void healthSaysWhatItCannotKnowWithoutAToken(@TempDir Path folder) throws Exception {
    try (GatewayFixture gateway = GatewayFixture.guarded(folder)) {
      Ended ended =
          shell
              .set("MN_API_BASE_URL", gateway.uri("/api/v1").toString())
              .run("runtime", "health", "--json");

      assertThat(ended.exitCode()).isZero();
      assertThat(ended.json().at("/components/2/name").asText()).isEqualTo("redis");
      assertThat(ended.json().at("/components/2/error").asText()).contains("MN_API_TOKEN");
    }
  }

  @Test
  void aRuntimeThatIsAwayIsSaidInOneSentenceWithAWayOut() {
    Ended ended = shell.run("job", "list", "--target", "127.0.0.1:1");

    assertThat(ended.exitCode()).isEqualTo(6);
    assertThat(ended.err()).hasLineCount(1).contains("127.0.0.1:1 cannot be reached", "mn up");
  }

  @Test
  void aWrongTokenIsSaidWithAWayOut() {
    Ended ended = shell.set("MN_GRPC_AUTH_TOKEN", "wrong").run("job", "pause", job());

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.err()).hasLineCount(1).contains("MN_GRPC_AUTH_TOKEN");
  }

  @Test
  void everyErrorOfAManifestHasALineOfItsOwn() throws IOException {
    var report = Json.object();
    report.putArray("errors").add("nodes: is required").add("graph_id: is required");
    runtime.jobs.failWith(
        new MnException(ErrorCode.INVALID, "manifest_validation_failed", "bad", report, null));

    assertThat(shell.run("run", bundle().toString()))
        .isEqualTo(
            new Ended(
                1,
                "",
                "mn: the manifest cannot run:\n  nodes: is required\n  graph_id: is required\n"));
  }

  @Test
  void aFileOfAnInputThatCannotBeOneIsToldInOneSentence() throws IOException {
    Path bad = Files.write(folder.resolve("bad"), new byte[] {(byte) 0xff});
    Map<String, String> complaints =
        Map.of(
            "/dev/zero",
            "has more than 16 MiB, which is too much for an input",
            folder.toString(),
            "is a folder, and not a file",
            folder + "/nope",
            "is not there",
            bad.toString(),
            "is no text in UTF-8");
    String bundle = bundle().toString();

    complaints.forEach(
        (file, why) ->
            assertThat(shell.run("run", bundle, "-i", "a=@" + file))
                .isEqualTo(
                    new Ended(
                        2, "", "mn: --input: " + file + " " + why + "; try mn run --help\n")));
  }

  @Test
  void textOfAJobCannotTurnLinesAround() {
    String job = job();
    runtime.jobs.append(
        job,
        Json.object()
            .put("type", "note")
            .set("payload", Json.object().put("reason", "a\u202eb\u2066c")));

    assertThat(shell.run("job", "events", job).out()).contains("a?b?c");
  }

  @Test
  void documentsCannotSteerTheTerminalEither() throws Exception {
    String said = "a\u009b31m\u007f\u202eb\u2066c";
    String job = job();
    runtime.jobs.append(
        job, Json.object().put("type", "note").set("payload", Json.object().put("reason", said)));

    String out = shell.run("job", "events", job, "--json").out();

    assertThat(out).contains("a\\u009b31m\\u007f\\u202eb\\u2066c").doesNotContain(said);
    assertThat(Json.parse(out).at("/events").findValuesAsText("reason")).contains(said);
  }

  @Test
  void textOfAJobCannotSteerTheTerminal() {
    String job = job();
    runtime.jobs.append(
        job,
        Json.object().put("type", "note").set("payload", Json.object().put("reason", "\033[2Jx")));

    assertThat(shell.run("job", "events", job).out()).doesNotContain("\033").contains("?[2Jx");
  }

  @ParameterizedTest
  @CsvSource({
    "job list --limit 0",
    "job list --target :::",
    "job status",
    "run",
    "job nope",
    "job events x --after -1"
  })
  void wrongUsageIsExitCodeTwo(String line) {
    assertThat(shell.run(line.split(" ")).exitCode()).isEqualTo(2);
  }

  /**
   * The table of {@code docs/terminal.md}; 130 is of a process that gets a signal, in another test.
   */
  @Test
  void everyExitCodeOfTheDocsIsThatOfSomeCommand() throws IOException {
    String running = job();
    for (String end : List.of("completed", "failed", "cancelled")) {
      runtime.jobs.finish(job(), end);
    }
    Path bundle = bundle();
    Map<String, Integer> codes = new LinkedHashMap<>();
    for (String line :
        List.of(
            "job result fake-2",
            "job result " + running,
            "job list --limit 0",
            "job result fake-3",
            "job result fake-4",
            "job status nope",
            "job list --target 127.0.0.1:9",
            "run " + bundle + " --timeout 0.1")) {
      codes.put(line, shell.run(line.split(" ")).exitCode());
    }

    assertThat(codes.values()).containsExactly(0, 1, 2, 3, 4, 5, 6, 124);
    assertThat(Files.readAllLines(Path.of("docs/terminal.md")))
        .filteredOn(line -> line.matches("\\| \\d+ \\|.*"))
        .extracting(line -> Integer.valueOf(line.replaceAll("^\\| (\\d+) .*", "$1")))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 124, 130);
  }

  @Test
  void aBundleThatIsNotThereIsNotFound() {
    Ended ended = shell.run("run", folder.resolve("nope").toString());

    assertThat(ended.exitCode()).isEqualTo(5);
    assertThat(ended.err()).contains("was not found");
  }

  @Test
  void aManifestToSubmitThatIsNotThereIsNotFound() {
    Ended ended = shell.run("job", "submit", folder.resolve("nope.json").toString());

    assertThat(ended.exitCode()).isEqualTo(5);
    assertThat(ended.err()).isEqualTo("mn: bundle %s/nope.json was not found\n".formatted(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "validate", "plan"})
  void aNameThatIsAlmostThatOfASampleIsUnderstood(String command) {
    assertThat(shell.run(command, "pythn-fanout"))
        .isEqualTo(
            new Ended(
                5,
                "",
                "mn: bundle pythn-fanout was not found; did you mean the sample python-fanout?\n"));
    assertThat(shell.run(command, "zebra-stripes").err())
        .isEqualTo(
            "mn: bundle zebra-stripes was not found: no such file or folder, and no sample of that"
                + " name\n");
  }

  @Test
  void aFolderWithoutAManifestIsToldWhatItLacks() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("od2"));

    assertThat(shell.run("run", empty.toString()).err())
        .contains(
            empty
                + "/manifest.yaml is missing, and so is manifest.json; a bundle has one of them at"
                + " its root");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan", "deployment plan"})
  void aServerThatCannotBeReachedHasTheCodeThatHelpTells(String command) throws IOException {
    String[] line = (command + " " + bundle() + " --target 127.0.0.1:9").split(" ");

    assertThat(shell.run(line).exitCode()).isEqualTo(6);
    assertThat(shell.run((command + " --help").split(" ")).out())
        .containsPattern("(?m)^ +6 +the server cannot be reached$");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run logs r --level foo",
        "job logs j --level foo",
        "run logs r --limit -1",
        "run logs r --limit 0",
        "run logs r --limit 5001",
        "run list --limit 1001",
        "job list --limit 0",
        "human list --limit 501",
        "event list --limit 0",
        "webhook deliveries w --limit 1001"
      })
  void aValueThatNoServerTakesIsAWrongUse(String line) {
    Ended ended = shell.run(line.split(" "));

    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(2);
    assertThat(ended.err()).hasLineCount(1).containsPattern("--(level|limit) must be ");
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void aListThatIsCutSaysSo() {
    job();
    job();
    job();

    assertThat(person().run("job", "list", "--limit", "2").out())
        .hasLineCount(4)
        .endsWith("\nand more; --limit shows them\n");
    assertThat(person().run("job", "list", "--limit", "3").out())
        .hasLineCount(4)
        .doesNotContain("more");
    assertThat(shell.run("job", "list", "--limit", "2", "--json").json().path("data")).hasSize(2);
  }

  @Test
  void whatASchedulesTimeMayBeIsNamed() throws IOException {
    assertThat(shell.run("run", bundle().toString(), "--schedule", "yesterday"))
        .satisfies(ended -> assertThat(ended.exitCode()).isEqualTo(2))
        .satisfies(
            ended ->
                assertThat(ended.err())
                    .startsWith(
                        "mn: --schedule must be a delay such as 30m, a time such as"
                            + " 2026-06-21T02:00:00Z, auto, or a JSON object, not \"yesterday\""));
  }

  @Test
  void aDrainThatTakesThePlaceOfAnotherTellsWhichThatWas() {
    String[] first = {"node", "drain", FakeCluster.NODE, "--reason", "a new disk"};
    String[] second = {"node", "drain", FakeCluster.NODE, "--deadline", "1m"};
    assertThat(person().run(first).out()).contains("draining").doesNotContain("Replaces");
    assertThat(person().run(first).out()).as("the same again").doesNotContain("Replaces");

    String replaced = "a drain that was under way since ";
    assertThat(
            person().run("node", "drain", FakeCluster.NODE, "--deadline", "1m", "--dry-run").out())
        .contains("Would replace " + replaced, "for the reason: a new disk");
    assertThat(person().run(second).out())
        .contains("Replaces " + replaced, "for the reason: a new disk");
    assertThat(person().run(second).out()).doesNotContain("Replaces");
  }
}
