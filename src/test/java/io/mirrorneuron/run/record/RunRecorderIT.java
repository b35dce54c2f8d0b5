package io.mirrorneuron.run.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.human.HumanCopies;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Trees;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.GrpcErrors;
import io.mirrorneuron.wire.Json;
import io.vertx.grpc.common.GrpcStatus;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Whole
class RunRecorderIT {
  @TempDir private Path home;
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  @Test
  void aRunIsThereAsSoonAsItsJobIs() {
    String job = submit(SampleManifests.routers("chain", 3));
    RunFolder run = runtime.runs().find("run-" + job);

    assertThat(run.read("job.json").orElseThrow().path("job_id").asText()).isEqualTo(job);
    assertThat(run.read("manifest.json").orElseThrow().path("graph_id").asText())
        .isEqualTo("chain");
    over(run);
    ObjectNode document = run.read("run.json").orElseThrow();
    assertThat(document.path("status").asText()).isEqualTo("completed");
    assertThat(document.path("ended_at").asText()).isNotEmpty();
    assertThat(document.path("trace_id").asText()).startsWith("trc_");
    assertThat(document.path("error").isNull()).isTrue();
    assertThat(run.read("result.json").orElseThrow()).isEqualTo(job(job).at("/job/result"));
    assertThat(seqs(run)).containsExactlyElementsOf(all(job));
  }

  /** What programs write of it does not count. */
  @Test
  void aRunNamesWhoSubmittedAndWhoCancelledIt() throws IOException {
    Path script = home.resolve("claims.sh");
    Files.writeString(
        script,
        """
        cd "$MN_RUNS_ROOT/$MN_RUN_ID"
        touch %1$s/started
        until [ -e %1$s/go ]; do sleep 0.05; done
        echo '{"submitted_by":"eve","cancelled_by":"eve","mine":1}' > run.json
        touch %1$s/written
        exec sleep 600
        """
            .formatted(home));
    String manifest = SampleManifests.program("claims", "sh", script.toString());
    String job = runtime.jobs().submit(Submission.of(manifest).by("anna")).jobId();
    Eventually.eventually("it runs", () -> Files.exists(home.resolve("started")));
    runtime.runs().find("run-" + job); // the recorder has said by now that it runs
    Files.createFile(home.resolve("go"));
    Eventually.eventually("it is written", () -> Files.exists(home.resolve("written")));
    runtime.jobs().cancel(job, "bob", "wrong input");
    RunFolder run = over(runtime.runs().find("run-" + job));

    for (String name : List.of("run.json", "job.json")) {
      ObjectNode document = run.read(name).orElseThrow();
      assertThat(document.path("submitted_by").asText()).as(name).isEqualTo("anna");
      assertThat(document.path("cancelled_by").asText()).as(name).isEqualTo("bob");
      assertThat(document.path("cancel_reason").asText()).as(name).isEqualTo("wrong input");
    }
    assertThat(run.read("run.json").orElseThrow().path("mine").asInt()).isEqualTo(1);
  }

  @Test
  void whatOneAgentDoesIsOneSpanInThatOfTheJob() {
    String job = submit(SampleManifests.routers("chain", 2));
    RunFolder run = over(runtime.runs().find("run-" + job));

    List<JsonNode> events = records(run, RunLog.EVENTS);
    List<String> ofJob = spansOf(events.stream().filter(event -> !event.has("agent_id")));
    assertThat(ofJob).singleElement().asString().matches("spn_[\\w-]{16}");
    events.stream()
        .filter(event -> event.has("agent_id"))
        .forEach(
            event -> assertThat(event.path("parent_span_id").asText()).isEqualTo(ofJob.getFirst()));
    String agent =
        events.stream()
            .map(event -> event.path("agent_id").asText())
            .max(Comparator.naturalOrder())
            .orElseThrow();
    assertThat(spansOf(events.stream().filter(e -> e.path("agent_id").asText().equals(agent))))
        .hasSize(1)
        .doesNotContainAnyElementsOf(ofJob);
  }

  private static List<String> spansOf(Stream<JsonNode> records) {
    return records.map(record -> record.path("span_id").asText()).distinct().toList();
  }

  @Test
  void aRunNamesOnlyFilesThatExist() {
    String ends = submit(SampleManifests.routers("chain", 1));
    String fails =
        submit(
            SampleManifests.program("fails", "sh", "-c", "exit 7")
                .replaceFirst("\\{", "{\"policies\":{\"restart\":{\"attempts\":0}},"));
    ObjectNode ended = over(runtime.runs().find("run-" + ends)).read("run.json").orElseThrow();
    ObjectNode failed = over(runtime.runs().find("run-" + fails)).read("run.json").orElseThrow();

    assertThat(Path.of(ended.path("result_path").asText())).isRegularFile();
    assertThat(failed.path("result_path").isNull()).isTrue();
    assertThat(failed.path("final_artifact_path").isNull()).isTrue();
  }

  @Test
  void aFailedRunSaysWhy() {
    String job =
        submit(
            SampleManifests.program("fails", "sh", "-c", "exit 7")
                .replaceFirst("\\{", "{\"policies\":{\"restart\":{\"attempts\":0}},"));
    RunFolder run = over(runtime.runs().find("run-" + job));

    assertThat(run.read("run.json").orElseThrow().path("status").asText()).isEqualTo("failed");
    assertThat(run.read("run.json").orElseThrow().at("/error/code").asText()).isNotEmpty();
    assertThat(records(run, RunLog.ERRORS)).isNotEmpty();
    assertThat(records(run, RunLog.TIMELINE))
        .extracting(record -> record.path("phase").asText())
        .contains("failed");
  }

  /** As the library of July does it, and worse. */
  @Test
  void whatAProgramRewritesIsThereInTheEndAndEachRecordOnce() throws IOException {
    Path script = home.resolve("worker.sh");
    Files.writeString(
        script,
        """
        cd "$MN_RUNS_ROOT/$MN_RUN_ID"
        echo '{"ts":"2026-01-01T00:00:00Z","type":"first_words"}' >> events.jsonl
        while [ ! -e %1$s/go ]; do sleep 0.02; done
        echo '{"ts":"2026-01-01T00:00:01Z","type":"last_words"}' > events.jsonl
        echo '{"status":"completed","mine":1,"run_id":"'$MN_RUN_ID'"}' > run.json
        echo '{"answer":42,"final_artifact":{"type":"report"}}' > result.json
        exit 3
        """
            .formatted(home));
    String job =
        submit(
            SampleManifests.program("rewrites", "sh", script.toString())
                .replaceFirst("\\{", "{\"policies\":{\"restart\":{\"attempts\":0}},"));
    RunFolder run = runtime.runs().find("run-" + job);
    Eventually.eventually(
        "the first words are told",
        () -> {
          RunJournal journal = runtime.runs().journal(run);
          journal.catchUp();
          return !journal.last(1, events(), one -> is(one, "first_words")).isEmpty();
        });
    Files.createFile(home.resolve("go"));
    over(run);

    ObjectNode document = run.read("run.json").orElseThrow();
    assertThat(document.path("status").asText()).isEqualTo("failed");
    assertThat(document.path("mine").asInt()).isEqualTo(1);
    assertThat(run.read("result.json").orElseThrow().path("answer").asInt()).isEqualTo(42);
    assertThat(run.read("final_artifact.json").orElseThrow().path("type").asText())
        .isEqualTo("report");
    assertThat(seqs(run)).containsExactlyInAnyOrderElementsOf(all(job));
    RunJournal journal = runtime.runs().journal(run);
    journal.catchUp();
    List<ObjectNode> reported = journal.last(10_000, events(), any -> true);
    assertThat(reported.stream().filter(one -> one.has("seq")).map(one -> one.path("seq").asLong()))
        .containsExactlyInAnyOrderElementsOf(all(job));
    assertThat(reported)
        .extracting(one -> one.path("type").asText())
        .contains("first_words", "last_words");
  }

  /** Whoever took the decision died between the files. */
  @Test
  void copiesOfADecisionThatAreMissingAreThereInTheEndOnce() throws IOException {
    String job =
        submit(
            SampleManifests.program(
                "waits", "sh", "-c", "while [ ! -e " + home + "/go ]; do sleep 0.02; done"));
    RunFolder run = runtime.runs().find("run-" + job);
    run.append(RunLog.HUMAN, List.of(decision("spn_alone", "human_request_claimed")));
    HumanCopies.write(run, List.of(decision("spn_whole", "human_request_released")));
    runtime.restart();
    Eventually.eventually(
        "the first copy", () -> !spans(run, RunLog.TIMELINE, "spn_alone").isEmpty());
    run.append(RunLog.HUMAN, List.of(decision("spn_late", "human_input_received")));
    run.append(RunLog.EVENTS, List.of(decision("spn_late", "human_input_received")));
    Files.createFile(home.resolve("go"));
    over(run);

    for (RunLog log : List.of(RunLog.EVENTS, RunLog.TIMELINE)) {
      assertThat(spans(run, log, "spn_")).containsOnlyOnce("spn_alone", "spn_whole", "spn_late");
    }
    JsonNode copy = spanned(run, RunLog.TIMELINE, "spn_late").getFirst();
    assertThat(copy.path("summary").asText()).isEqualTo("Request q1 answered by anna: approve");
    assertThat(copy.at("/details/password").asText()).isEqualTo("[REDACTED]");
  }

  private static ObjectNode decision(String span, String type) {
    ObjectNode record = Json.object().put("ts", Json.timestamp(Instant.now()));
    record.put("channel", "human").put("type", type).put("span_id", span);
    record
        .putObject("payload")
        .put("request_id", "q1")
        .put("by", "anna")
        .put("decision", "approve")
        .put("password", "hunter2");
    return record;
  }

  private static List<JsonNode> spanned(RunFolder run, RunLog log, String prefix) {
    return records(run, log).stream()
        .filter(record -> record.path("phase").asText("human").equals("human"))
        .filter(record -> record.path("span_id").asText().startsWith(prefix))
        .filter(record -> record.has("channel") || log == RunLog.TIMELINE)
        .toList();
  }

  private static List<String> spans(RunFolder run, RunLog log, String prefix) {
    return spanned(run, log, prefix).stream().map(one -> one.path("span_id").asText()).toList();
  }

  @Test
  void aRestartInTheMiddleLeavesNoGapAndNoDouble() throws IOException {
    String job =
        submit(
            SampleManifests.program(
                "waits", "sh", "-c", "while [ ! -e " + home + "/go ]; do sleep 0.02; done"));
    RunFolder run = runtime.runs().find("run-" + job);
    runtime.restart();
    Files.writeString(run.path().resolve("events.jsonl"), "{\"torn", StandardOpenOption.APPEND);
    Files.createFile(home.resolve("go"));
    over(run);

    assertThat(seqs(run)).containsExactlyElementsOf(all(job));
    assertThat(records(run, RunLog.TIMELINE).stream().map(r -> r.path("event_id").asText()))
        .doesNotHaveDuplicates();
  }

  @Test
  void clearingJobsKeepsTheirRunsWhole() {
    List<String> jobs =
        IntStream.range(0, 200).mapToObj(i -> submit(SampleManifests.routers("chain", 1))).toList();
    Eventually.eventually(
        "the last has ended", () -> is(job(jobs.getLast()).at("/job"), "completed"));
    Eventually.eventually("they are written, and cleared", this::isCleared);

    for (String job : jobs) {
      assertThat(runtime.runs().find("run-" + job).isOver()).isTrue();
    }
  }

  /** Nothing is, while runs are behind their jobs: whoever clears is told to try again. */
  private boolean isCleared() {
    try {
      runtime.jobs().clear("admin");
      return true;
    } catch (MnException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      return false;
    }
  }

  /** Programs write into the same folder, whatever they like. */
  @Test
  void aProgramThatDoesDamageHarmsNoOtherRun() throws IOException {
    String job =
        submit(
            SampleManifests.program(
                "damages",
                "sh",
                "-c",
                """
                cd "$MN_RUNS_ROOT/$MN_RUN_ID"
                echo '{"job_id":"'$MN_JOB_ID'","event_id":"evt_'$MN_JOB_ID'_4294967295"}' >> events.jsonl
                until mkfifo timeline.jsonl; do rm -f timeline.jsonl; done; mkfifo result.json
                while [ ! -e %s/go ]; do sleep 0.02; done
                """
                    .formatted(home)));
    RunFolder damaged = runtime.runs().find("run-" + job);
    Eventually.eventually("damage", () -> Files.exists(damaged.path().resolve("result.json")));
    over(runtime.runs().find("run-" + submit(SampleManifests.program("other", "true"))));
    Files.createFile(home.resolve("go"));
    runtime.awaitEnd(job);
    over(runtime.runs().find("run-" + submit(SampleManifests.program("another", "true"))));

    over(damaged);
    assertThat(seqs(damaged)).containsExactlyInAnyOrderElementsOf(all(job));
    assertThat(records(damaged, RunLog.TIMELINE)).isNotEmpty();
  }

  @Test
  void aFolderThatIsDeletedIsMadeAgain() throws IOException {
    String job =
        submit(
            SampleManifests.program(
                "waits", "sh", "-c", "while [ ! -e " + home + "/go ]; do sleep 0.02; done"));
    Path folder = runtime.runs().find("run-" + job).path();
    try (Stream<Path> files = Files.walk(folder.getParent())) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
    Files.createFile(home.resolve("go"));
    runtime.awaitEnd(job);

    Eventually.eventually("the folder is back", () -> runtime.runs().has("run-" + job));
    RunFolder run = over(runtime.runs().find("run-" + job));
    assertThat(seqs(run)).containsExactlyElementsOf(all(job));
    assertThat(run.read("manifest.json")).isPresent();
  }

  /** As long as the folder of the first is there, also when its job is gone. */
  @Test
  void aRunIdIsInUseUntilItsFolderIsRemoved() throws IOException {
    String first = submit(again("first"));
    RunFolder run = over(runtime.runs().find("again"));
    assertThat(run.read("result.json").orElseThrow()).isEqualTo(job(first).at("/job/result"));
    Map<String, String> before = files(run);

    assertInUse(() -> submit(again("second")), first);
    runtime.jobs().clear("admin");
    assertInUse(() -> submit(again("second")), first);
    Backup backup = paused("backed-up");
    assertInUse(() -> runtime.jobs().restore(backup, null, "again"), first);
    assertThat(files(run)).isEqualTo(before);

    Files.move(run.path(), run.path().resolveSibling("moved"));
    String second = submit(again("second"));
    Eventually.eventually(
        "the second is over",
        () ->
            run.peek("job.json")
                .filter(
                    link -> is(link, "completed") && link.path("job_id").asText().equals(second))
                .isPresent());
    assertThat(run.read("manifest.json").orElseThrow().at("/graph_id").asText())
        .isEqualTo("second");
  }

  private static void assertInUse(ThrowingCallable submission, String job) {
    assertThatThrownBy(submission)
        .hasMessageContaining(job)
        .isInstanceOfSatisfying(
            MnException.class,
            refused -> {
              assertThat(refused.error()).isEqualTo("run_id_in_use");
              assertThat(GrpcErrors.of(refused).status()).isEqualTo(GrpcStatus.ALREADY_EXISTS);
              assertThat(GrpcErrors.of(refused).message()).startsWith("run_id_in_use: ");
            });
  }

  private Backup paused(String graph) {
    String job = submit(SampleManifests.program(graph, "sleep", "600"));
    Eventually.eventually("it is paused", () -> runtime.jobs().pause(job, false).equals("paused"));
    Backup backup = runtime.jobs().backup(job);
    runtime.jobs().cancel(job);
    return backup;
  }

  /** Content of the files that are the run's, by name. */
  private static Map<String, String> files(RunFolder run) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(run.path())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }

  private static String again(String graph) {
    return SampleManifests.program(graph, "echo", graph)
        .replaceFirst("\\{", "{\"run_id\":\"again\",");
  }

  private String submit(String manifest) {
    return runtime.jobs().submit(Submission.of(manifest)).jobId();
  }

  private ObjectNode job(String id) {
    return Trees.tree(runtime.jobs().get(id));
  }

  private static RunFolder over(RunFolder run) {
    Eventually.eventually("the run is over", run::isOver);
    return run;
  }

  private List<Long> all(String job) {
    EventPage page = runtime.jobs().events(job, 0, 5000);
    return IntStream.rangeClosed(1, (int) page.next()).mapToObj(i -> (long) i).toList();
  }

  private static List<Long> seqs(RunFolder run) {
    return records(run, RunLog.EVENTS).stream()
        .filter(record -> record.has("seq"))
        .map(record -> record.path("seq").asLong())
        .toList();
  }

  private static List<JsonNode> records(RunFolder run, RunLog log) {
    try {
      return Files.readAllLines(run.path().resolve(log.file())).stream()
          .filter(line -> line.endsWith("}"))
          .map(line -> (JsonNode) Json.parseObject(line, "record"))
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static RunJournal.Filter events() {
    return new RunJournal.Filter(EnumSet.of(RunLog.EVENTS), null);
  }

  private static boolean is(JsonNode record, String word) {
    return record.path("type").asText().equals(word) || record.path("status").asText().equals(word);
  }
}
