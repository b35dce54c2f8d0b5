package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.runtime.exec.workspace.SubmissionFolders;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.RunPlaces;
import io.mirrorneuron.testing.PreparedBundle;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders of submissions, with a whole runtime: what programs write there is in their run. */
@Timeout(120)
@Whole
class SubmissionFoldersIT {
  private static final String RESULT =
      "mkdir -p \"$MN_RUNS_ROOT/$MN_RUN_ID\" && echo '{\"by\": \"program\"}'"
          + " >\"$MN_RUNS_ROOT/$MN_RUN_ID/result.json\"";

  @TempDir Path home;
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  private Path shared() {
    return home.resolve("shared");
  }

  private Path run(String runId) {
    return runtime.runs().root().resolve(runId);
  }

  /** Runs it to its end. */
  private ObjectNode run(Submission submission) {
    return runtime.awaitEnd(runtime.jobs().submit(submission).jobId());
  }

  private ObjectNode completed(Submission submission) {
    ObjectNode detail = run(submission);
    assertThat(detail.at("/job/status").asText())
        .as(detail.at("/job/failure").toString())
        .isEqualTo("completed");
    return detail;
  }

  private static Submission plain(String script) {
    return Submission.of(
        Json.write(
                Json.parseObject(
                    """
                {"manifest_version":"1.0","graph_id":"plain","nodes":[
                  {"node_id":"a","agent_type":"executor","role":"root",
                   "config":{"command":["sh","-c",""]}}]}
                """,
                    "manifest"))
            .replace("\"\"", Json.write(Json.MAPPER.getNodeFactory().textNode(script))));
  }

  private List<Path> submissions() {
    try (Stream<Path> all = Files.list(shared().resolve("submissions"))) {
      return all.filter(each -> !each.getFileName().toString().startsWith(".")).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Test
  void aJobWithoutAFolderGetsOne() throws Exception {
    ObjectNode detail =
        completed(
            plain(
                "set -e; cd \"$MN_JOB_SHARED_STORAGE_ROOT\"; ls -d inputs outputs/user outputs/runs;"
                    + " test \"$MN_JOB_INPUT_DIR\" = \"$PWD/inputs\";"
                    + " echo '# It' >\"$MN_JOB_OUTPUT_DIR/it.md\";"
                    + " echo \"$MN_STORAGE_SUBMISSION_ID\" >\"$MN_RUN_DIR/id.txt\""));

    Path run = run("run-" + detail.at("/job/job_id").asText());
    assertThat(run.resolve("outputs/it.md")).content().isEqualTo("# It\n");
    String id = Files.readString(run.resolve("id.txt")).strip();
    assertThat(id).matches("job-[0-9a-f]{16}");
    assertThat(submissions()).containsExactly(shared().resolve("submissions").resolve(id));
  }

  @Test
  void whatAProgramWritesBelowTheRunsOfItsSubmissionIsInItsRun() throws Exception {
    PreparedBundle bundle =
        PreparedBundle.of(
            shared(),
            "mine",
            RESULT
                + " && echo '{\"type\": \"drawn\", \"n\": 1}' >>\"$MN_RUNS_ROOT/$MN_RUN_ID/events.jsonl\""
                + " && echo text >\"$MN_RUNS_ROOT/$MN_RUN_ID/a.txt\"",
            "echo more >\"$MN_JOB_OUTPUT_DIR/b.md\"; echo last >\"$MN_RUN_DIR/c.log\"");

    completed(bundle.submission());

    Path run = run("mine");
    eventually("the run is over", () -> Files.exists(run.resolve("timeline.json")));
    assertThat(run.resolve("result.json")).content().contains("program");
    assertThat(run.resolve("events.jsonl")).content().contains("drawn").contains("job_completed");
    assertThat(run.resolve("a.txt")).hasContent("text");
    assertThat(run.resolve("outputs/b.md")).hasContent("more");
    assertThat(run.resolve("c.log")).hasContent("last");
    assertThat(run.resolve("config.json"))
        .content()
        .contains("blue")
        .contains("[REDACTED]")
        .doesNotContain("very-secret");
    assertThat(bundle.folder().resolve("outputs/runs/mine/result.json")).content().contains("by");
    assertThat(bundle.folder().resolve("outputs/user/b.md")).hasContent("more");
    assertThat(submissions()).containsExactly(bundle.folder());
  }

  /** What is there is not the program's own making, and yet a folder: nothing of it is lost. */
  @Test
  void aFolderInThePlaceOfTheRunIsTakenIntoIt() throws Exception {
    PreparedBundle bundle =
        PreparedBundle.of(
            shared(),
            "again",
            "cat \"$MN_RUNS_ROOT/again/before.txt\" && rm \"$MN_RUNS_ROOT/again\" && "
                + RESULT
                + " && mkdir -p \"$MN_RUNS_ROOT/again/.mn\" \"$MN_RUNS_ROOT/again/deep/er\""
                + " && echo mine >\"$MN_RUNS_ROOT/again/job.json\""
                + " && echo late >\"$MN_RUNS_ROOT/again/deep/er/late.txt\"");
    Files.createDirectories(bundle.folder().resolve("outputs/runs/again/deep"));
    Files.writeString(bundle.folder().resolve("outputs/runs/again/before.txt"), "before");
    Files.writeString(bundle.folder().resolve("outputs/runs/again/deep/one.txt"), "one");
    Files.writeString(bundle.folder().resolve("outputs/user/early.txt"), "early");

    completed(bundle.submission());

    Path run = run("again");
    eventually("the run is over", () -> runtime.runs().find("again").isOver());
    assertThat(run.resolve("result.json")).content().contains("program");
    assertThat(run.resolve("before.txt")).hasContent("before");
    assertThat(run.resolve("deep/one.txt")).hasContent("one");
    assertThat(run.resolve("deep/er/late.txt")).hasContent("late");
    assertThat(run.resolve("outputs/early.txt")).hasContent("early");
    assertThat(run.resolve("job.json")).content().contains("prepared-");
    assertThat(bundle.folder().resolve("outputs/runs/again")).isSymbolicLink();
  }

  @Test
  void aRunIsSeenWhileItsProgramWritesIt() throws Exception {
    PreparedBundle bundle =
        PreparedBundle.of(
            shared(),
            "live",
            RESULT + "; while [ ! -e %s/go ]; do sleep 0.05; done".formatted(home));
    String job = runtime.jobs().submit(bundle.submission()).jobId();
    eventually("it is there", () -> Files.exists(run("live").resolve("result.json")));

    runtime.restart();

    assertThat(run("live").resolve("result.json")).exists();
    Files.createFile(home.resolve("go"));
    assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
    assertThat(bundle.folder()).exists();
  }

  @Test
  void aFolderOutsideOfTheSharedStorageIsNotFollowed() throws Exception {
    Path outside = home.resolve("elsewhere");
    PreparedBundle bundle =
        PreparedBundle.elsewhere(
            outside, "away", RESULT + "; echo x >\"$MN_JOB_OUTPUT_DIR/x.txt\"");
    ObjectNode etc = Json.parseObject(bundle.json().replace(outside.toString(), "/etc"), "copy");

    completed(bundle.submission());
    completed(
        Submission.of(
            Json.write(etc).replace("\"away\"", "\"etc\"").replace("away-0123", "etc-0123")));

    for (String runId : List.of("away", "etc")) {
      eventually("it is over", () -> Files.exists(run(runId).resolve("timeline.json")));
      assertThat(run(runId).resolve("result.json")).content().contains("program");
      assertThat(run(runId).resolve("outputs/x.txt")).hasContent("x");
    }
    assertThat(outside).doesNotExist();
    assertThat(Path.of("/etc/submissions")).doesNotExist();
    assertThat(submissions())
        .hasSize(2)
        .allMatch(folder -> folder.getFileName().toString().matches("(away|etc)-[0-9a-f]{16}"));
  }

  @Test
  void aLaunchIsConfiguredInItsRun() throws Exception {
    ObjectNode manifest = Json.parseObject(plain("true").manifestJson(), "manifest");
    manifest.put("run_id", "launched");
    manifest
        .withObject("/metadata/blueprint_config")
        .put("colour", "green")
        .put("password", "very-secret");

    completed(Submission.of(Json.write(manifest)));

    eventually("it is over", () -> Files.exists(run("launched").resolve("timeline.json")));
    assertThat(run("launched").resolve("config.json"))
        .content()
        .contains("green")
        .doesNotContain("very-secret");
  }

  @Test
  void aProgramsOwnConfigurationStays() throws Exception {
    PreparedBundle bundle =
        PreparedBundle.of(
            shared(),
            "own",
            "mkdir -p \"$MN_RUNS_ROOT/own\"; echo '{\"mine\": 1}' >\"$MN_RUNS_ROOT/own/config.json\"");
    completed(bundle.submission());

    eventually("it is over", () -> Files.exists(run("own").resolve("timeline.json")));
    assertThat(run("own").resolve("config.json")).content().contains("mine");
  }

  @Test
  void whoBringsAFolderThatIsNotFollowedIsTold() {
    PreparedBundle away = PreparedBundle.elsewhere(Path.of("/etc"), "away", "true");
    PreparedBundle here = PreparedBundle.elsewhere(shared(), "here", "true");

    assertThat(runtime.jobs().submit(away.submission()).warnings())
        .singleElement()
        .asString()
        .contains("/etc/submissions/away-0123456789abcdef", "shared_storage_root");
    assertThat(runtime.jobs().submit(here.submission()).warnings()).isEmpty();
    away.manifest().withObject("/metadata/mn_storage").put("submission_path", "../\0");
    assertThat(
            runtime
                .jobs()
                .validate(Submission.of(Json.write(away.manifest()).replace("\"away\"", "\"b\"")))
                .issues())
        .extracting(issue -> issue.code())
        .containsExactly("metadata.mn_storage");
  }

  /** The folder of one job is none of another's. */
  @Test
  void theFolderOfAnotherJobIsNotGiven() throws Exception {
    PreparedBundle first = PreparedBundle.of(shared(), "first", "true");
    Files.writeString(first.folder().resolve("inputs/secret"), "secret");
    completed(first.submission());
    String stolen =
        first
            .json()
            .replace("\"first\"", "\"second\"")
            .replace(
                "true",
                "ls $MN_JOB_INPUT_DIR >$MN_RUN_DIR/ls.txt; echo $MN_JOB_SHARED_STORAGE_ROOT >$MN_RUN_DIR/root.txt");

    completed(Submission.of(stolen));

    assertThat(run("second").resolve("ls.txt")).isEmptyFile();
    assertThat(run("second").resolve("root.txt"))
        .content()
        .doesNotContain(first.folder().toString())
        .contains("/submissions/second-");
  }

  @Test
  void aForkReadsTheInputsAndWritesToAFolderOfItsOwn() throws Exception {
    PreparedBundle bundle =
        PreparedBundle.of(
            shared(),
            "origin",
            RESULT
                + "; cat \"$MN_JOB_INPUT_DIR/data\" >\"$MN_JOB_OUTPUT_DIR/copy.txt\"; echo $MN_JOB_OUTPUT_DIR >\"$MN_RUN_DIR/where.txt\"");
    Files.writeString(bundle.folder().resolve("inputs/data"), "data");
    String job = completed(bundle.submission()).at("/job/job_id").asText();

    String fork = runtime.jobs().fork(job, ForkRequest.atBeginning()).jobId();

    assertThat(runtime.awaitEnd(fork).at("/job/status").asText()).isEqualTo("completed");
    Path run = run("run-" + fork);
    eventually("it is over", () -> Files.exists(run.resolve("timeline.json")));
    assertThat(run.resolve("result.json")).content().contains("program");
    assertThat(run.resolve("outputs/copy.txt")).hasContent("data");
    assertThat(run.resolve("where.txt")).content().doesNotContain(bundle.folder().toString());
  }

  @Test
  void aScheduleThatFiresTwiceHasTwoRunsAndOneSetOfInputs() throws Exception {
    PreparedBundle bundle =
        PreparedBundle.of(
            shared(),
            "planned",
            RESULT
                + "; cat \"$MN_JOB_INPUT_DIR/data\" >\"$MN_JOB_OUTPUT_DIR/copy-$MN_RUN_ID.txt\""
                + "; echo \"$MN_BLUEPRINT_CONFIG_JSON\" >\"$MN_RUN_DIR/told.json\"");
    Files.writeString(bundle.folder().resolve("inputs/data"), "data");
    var schedules = runtime.runtime().schedules();
    String id =
        schedules
            .create(
                new NewSchedule(
                    bundle.submission(),
                    Map.of("kind", "delayed", "delay_ms", 3_600_000),
                    Map.of()))
            .scheduleId();

    for (int i = 0; i < 2; i++) {
      String job = schedules.dispatch(id, Map.of(), "test", null).jobId();
      assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
      Path run = run("run-" + job);
      eventually("it is over", () -> Files.exists(run.resolve("timeline.json")));
      assertThat(run.resolve("result.json")).content().contains("program");
      assertThat(run.resolve("outputs/copy-run-" + job + ".txt")).hasContent("data");
      assertThat(run.resolve("outputs").toFile().list()).hasSize(1);
      assertThat(run.resolve("told.json"))
          .content()
          .contains(bundle.folder().resolve("inputs/data").toString())
          .doesNotContain(bundle.folder().resolve("outputs").toString());
    }
    assertThat(run("planned")).doesNotExist();
  }

  @Test
  void aFolderGoesWithItsJob() throws Exception {
    PreparedBundle bundle = PreparedBundle.of(shared(), "gone", RESULT);
    completed(bundle.submission());
    completed(plain("echo x >\"$MN_JOB_OUTPUT_DIR/x.txt\""));
    Files.createSymbolicLink(bundle.folder().resolve("inputs/link"), home);
    assertThat(submissions()).hasSize(2);

    AtomicInteger cleared = new AtomicInteger(); // those whose runs are written to the end
    eventually("both are", () -> cleared.addAndGet(runtime.jobs().clear("admin")) == 2);

    eventually("they are gone", Duration.ofSeconds(30), () -> submissions().isEmpty());
    assertThat(run("gone").resolve("result.json")).content().contains("program");
    assertThat(shared().resolve("submissions/.held")).isEmptyDirectory();
  }

  /** Between two programs only a few looks tell whether all is in its place. */
  @Test
  void whatAProgramHasPutInThePlaceOfFoldersIsMendedForTheNext() throws Exception {
    String root = "cd \"$MN_JOB_SHARED_STORAGE_ROOT\" && ";
    PreparedBundle bundle =
        PreparedBundle.of(
            shared(),
            "mended",
            root + "rm -rf outputs && echo file >outputs",
            root + "echo 1 >\"$MN_JOB_OUTPUT_DIR/a.md\" && rm -rf inputs outputs/runs",
            root + "ls -d inputs outputs/runs/mended/outputs && rm -rf \"$MN_RUN_DIR/outputs/\"",
            root + "echo 2 >\"$MN_JOB_OUTPUT_DIR/b.md\"");

    completed(bundle.submission());

    assertThat(run("mended").resolve("outputs/b.md")).content().isEqualTo("2\n");
  }

  @Test
  void aFolderInWhichNothingWasLeftGoesSomeTimeAfterItsJobHasEnded() {
    completed(plain("echo it >\"$MN_JOB_OUTPUT_DIR/it.md\"")); // that is in its run
    List<Path> untouched = submissions();
    completed(plain("echo it >\"$MN_JOB_SHARED_STORAGE_ROOT/it.md\""));
    List<Path> touched = submissions().stream().filter(each -> !untouched.contains(each)).toList();
    Path all = shared().resolve("submissions");
    TurnedTimers timers = new TurnedTimers(new TurnedClock(Instant.now().plusSeconds(60)));
    SubmissionSweep sweep =
        new SubmissionSweep(
            new SubmissionFolders(all, RunPlaces.NONE).claims(),
            job -> CompletableFuture.completedStage(true),
            job -> CompletableFuture.completedStage("completed"),
            timers,
            Runnable::run);

    sweep.keepOn();
    assertThat(submissions()).as("something of it may end only now").hasSize(2);
    timers.advance(Duration.ofHours(1));

    assertThat(submissions()).isEqualTo(touched).hasSize(1);
    assertThat(touched.getFirst().resolve("it.md")).content().isEqualTo("it\n");
    assertThat(all.resolve(".held"))
        .isDirectoryContaining("glob:**/" + touched.getFirst().getFileName());
    assertThat(untouched).singleElement().satisfies(each -> assertThat(each).doesNotExist());
  }

  @Test
  void aRefusedSubmissionLeavesNothing() {
    PreparedBundle bundle = PreparedBundle.elsewhere(shared(), "refused", "true");
    bundle.manifest().withArray("nodes").addObject().put("node_id", "agent0");

    assertThatThrownBy(() -> runtime.jobs().submit(bundle.submission()))
        .isInstanceOf(MnException.class);

    assertThat(submissions()).isEmpty();
    assertThat(run("refused")).doesNotExist();
  }

  @Test
  void aRunIdInUseLeavesTheFolderToWhoHasIt() throws Exception {
    PreparedBundle bundle = PreparedBundle.of(shared(), "twice", RESULT);
    completed(bundle.submission());

    assertThatThrownBy(() -> runtime.jobs().submit(bundle.submission()))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo("run_id_in_use"));

    assertThat(
            Files.readSymbolicLink(
                    shared()
                        .resolve("submissions/.held")
                        .resolve(bundle.folder().getFileName())
                        .resolve(".owner"))
                .toString())
        .startsWith("prepared-");
  }
}
