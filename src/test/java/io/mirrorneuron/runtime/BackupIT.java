package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of real jobs, restored where nothing is known of them: two runtimes, two Redis. */
@Whole
class BackupIT {
  @TempDir static Path home;
  private static RuntimeFixture here;
  private static RuntimeFixture elsewhere;

  @BeforeAll
  static void start() throws Exception {
    here = new RuntimeFixture(Files.createDirectories(home.resolve("here")));
    elsewhere = new RuntimeFixture(Files.createDirectories(home.resolve("elsewhere")));
  }

  @AfterAll
  static void stop() {
    here.close();
    elsewhere.close();
  }

  /** Waits for the file {@code go}, then answers; it came with the bundle. */
  private static final String PROGRAM =
      "while [ ! -e '%s' ]; do sleep 0.05; done; printf '{\"answer\":42}'";

  private static JobsPort jobs() {
    return here.jobs();
  }

  /** A job whose program is parked, whose router has a message waiting. */
  private static String paused(Path go) {
    return paused(go, Json.object().put("from_outside", true));
  }

  private static String paused(Path go, ObjectNode message) {
    ObjectNode manifest =
        Json.parseObject(SampleManifests.program("copied", "sh", "run.sh"), "manifest");
    ObjectNode config = (ObjectNode) manifest.at("/nodes/0/config");
    config.put("upload_path", "worker").put("workdir", "/sandbox/job/worker");
    ((ObjectNode) manifest.at("/nodes/1/config")).put("complete_after", 2);
    byte[] program = PROGRAM.formatted(go).getBytes(StandardCharsets.UTF_8);
    String job =
        jobs()
            .submit(
                new Submission(
                    Json.write(manifest),
                    new Payloads.Inline(
                        Map.of("worker/run.sh", program, "worker/tool", new byte[] {1}),
                        Set.of("worker/tool")),
                    null))
            .jobId();
    jobs().pause(job, false);
    jobs().send(job, "sink", message);
    return job;
  }

  @Test
  void aCopyGoesOnWhereItsJobStoodAndComesToTheSameResult() throws Exception {
    Path go = home.resolve("go");
    String job = paused(go);
    Backup backup = jobs().backup(job);

    ObjectNode answer = tree(elsewhere.jobs().restore(backup, "blue", "run-of-mine"));

    String copy = answer.path("job_id").asText();
    assertThat(copy).isNotEqualTo(job).startsWith("copied-");
    assertThat(answer.path("source_job_id").asText()).isEqualTo(job);
    assertThat(answer.path("source_run_id").asText()).isEqualTo("run-" + job);
    assertThat(answer.path("run_id").asText()).isEqualTo("run-of-mine");
    assertThat(answer.path("blueprint_id").asText()).isEqualTo("blue");
    assertThat(answer.path("status").asText()).isEqualTo("paused");
    assertThat(answer.at("/recovery/action").asText()).isEqualTo("paused_for_review");
    ObjectNode details = tree(elsewhere.jobs().get(copy));
    assertThat(details.at("/job/status").asText()).isEqualTo("paused");
    assertThat(details.at("/job/recovery/status").asText()).isEqualTo("restored_from_backup");
    assertThat(details.at("/job/recovery/requires_review").asBoolean()).isTrue();
    assertThat(details.at("/job/run_id").asText()).isEqualTo("run-of-mine");
    assertThat(details.at("/job/restore_provenance")).isEqualTo(answer.path("restore_provenance"));
    assertThat(details.at("/job/manifest/metadata/mn_cli/blueprint_run_id").asText())
        .isEqualTo("run-of-mine");
    assertThat(mailboxes(details))
        .isEqualTo(mailboxes(tree(jobs().get(job))))
        .containsExactly(1, 1);

    assertThat(programs(home.resolve("elsewhere"))).isNotEmpty().containsOnly("tool");
    Files.createFile(go);
    elsewhere.jobs().resume(copy);
    jobs().resume(job);
    JsonNode copied = elsewhere.awaitEnd(copy).at("/job/result");
    JsonNode original = here.awaitEnd(job).at("/job/result");

    assertThat(original.at("/output/count").asInt()).isEqualTo(2);
    assertThat(copied.at("/output/messages/0/from_outside").asBoolean()).isTrue();
    assertThat(copied.at("/output/messages/1/sandbox/stdout").asText()).contains("42");
    assertThat(copied.at("/output/count")).isEqualTo(original.at("/output/count"));
    assertThat(tree(elsewhere.jobs().get(copy)).at("/job/recovery").isNull()).isTrue();
  }

  /** Names of executable files of the bundles in a home. */
  private static List<String> programs(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home.resolve("bundles"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(Files::isExecutable)
          .map(file -> file.getFileName().toString())
          .toList();
    }
  }

  private static List<Integer> mailboxes(ObjectNode details) {
    return details.path("agents").findValues("mailbox_depth").stream()
        .map(JsonNode::asInt)
        .toList();
  }

  /** The first step is done, the second is under way, the third waits for it. */
  @Test
  void aCopyOfAWorkflowOfStepsGoesOnAtItsStep() throws Exception {
    Path go = home.resolve("go-on");
    String manifest = steps(go).replace("'", "\"");
    String job = jobs().submit(Submission.of(manifest)).jobId();
    eventually("the second step runs", () -> step(here, job, "count").equals("running"));
    jobs().pause(job, false);

    String copy = elsewhere.jobs().restore(jobs().backup(job), "b", null).jobId();

    ObjectNode ledger = tree(elsewhere.jobs().get(copy)).withObject("/job/workflow_state");
    assertThat(ledger.at("/steps/collect/status").asText()).isEqualTo("completed");
    String runThere = tree(jobs().get(job)).at("/job/workflow_state/run_id").asText();
    assertThat(ledger.path("job_id").asText()).isEqualTo(copy);
    assertThat(Json.write(ledger)).doesNotContain(runThere);
    assertThat(events(elsewhere, copy)).noneMatch(event -> event.contains(runThere));
    Files.createFile(go);
    elsewhere.jobs().resume(copy);
    ObjectNode details = elsewhere.awaitEnd(copy);
    assertThat(details.at("/job/status").asText()).as(details.toString()).isEqualTo("completed");
    assertThat(step(elsewhere, copy, "report")).isEqualTo("completed");
    assertThat(details.at("/job/workflow_state/steps/count/attempt_count").asInt()).isEqualTo(1);
    assertThat(events(elsewhere, copy).stream().filter(e -> e.contains("log-books"))).isNotEmpty();
    jobs().cancel(job);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          input     | null            | step count: member input is missing, though the step has begun
          input     | 999             | step count: member input names message 999, which is missing
          status    | "gone"          | step count: member status of its record is no word for that
          outcome   | "gone"          | step count: member outcome of its record is no word for that
          attempt   | "one"           | step count: member attempt of its record has the wrong type
          attempts  | {}              | step count: member attempts of its record has the wrong type
          mailboxes | {"counter":[1]} | step count: member mailboxes.counter of its record has the wrong type
          """)
  void aDamagedRecordOfAStepIsRefusedWithItsPlace(String member, String value, String why)
      throws Exception {
    String manifest = steps(home.resolve("never-" + member)).replace("'", "\"");
    String job = jobs().submit(Submission.of(manifest)).jobId();
    eventually("the second step runs", () -> step(here, job, "count").equals("running"));
    jobs().pause(job, false);
    JsonNode damage = Json.parse(value);

    refused(
        why,
        jobs().backup(job),
        json -> {
          ObjectNode fields = json.withObject("/runtime/job/state/fields");
          ObjectNode record = Json.parseObject(fields.path("s:count").asText(), "record");
          fields.put("s:count", record.set(member, damage).toString());
        });
    jobs().cancel(job);
  }

  private static String step(RuntimeFixture runtime, String job, String step) {
    return tree(runtime.jobs().get(job))
        .at("/job/workflow_state/steps/" + step + "/status")
        .asText();
  }

  private static String steps(Path go) {
    return """
        {'apiVersion':'mn.workflow/v1','kind':'Workflow','id':'night','manifest_version':'1.0',
         'workflow':{'schema':'mn.workflow.problem_graph/v1','workflow_id':'night_v1',
          'entrypoint':'collect','source':'collect','sink':'report',
          'steps':[{'id':'collect','run':'collector'},
                   {'id':'count','run':'counter','control':{'timeout_seconds':60}},
                   {'id':'report','run':'writer'}],
          'edges':[{'id':'a','from':'collect','to':'count'},{'id':'b','from':'count','to':'report'}]},
         'agents':{'schema':'mn.agents.communication_graph/v1','entrypoints':['collector'],
          'nodes':[%s,%s,%s],
          'edges':[{'from_node':'collector','to_node':'counter','message_type':'*'},
                   {'from_node':'counter','to_node':'writer','message_type':'*'}]}}
        """
        .formatted(
            agent("collector", "echo log-books"),
            agent("counter", "while [ ! -e " + go + " ]; do sleep 0.05; done; echo 7"),
            agent("writer", "echo written"));
  }

  private static String agent(String id, String script) {
    return """
        {'node_id':'%s','agent_type':'executor','config':{
         'runner_module':'MirrorNeuron.Runner.HostLocal','command':['sh','-c','%s'],
         'output_message_type':'done'}}"""
        .formatted(id, script);
  }

  @Test
  void aCopyHasTheEventsOfItsJobUnderItsOwnId() {
    String job = paused(home.resolve("never"));
    String before = String.join("\n", events(here, job)).replace(job, "X");

    String copy = elsewhere.jobs().restore(jobs().backup(job), null, null).jobId();

    List<String> reported = events(elsewhere, copy);
    assertThat(String.join("\n", reported.subList(0, reported.size() - 1)).replace(copy, "X"))
        .isEqualTo(before);
    JsonNode last = Json.parseObject(reported.getLast(), "event");
    assertThat(last.path("type").asText()).isEqualTo("job_restored_from_backup");
    assertThat(last.path("source_job_id").asText()).isEqualTo(job);
    assertThat(last.path("new_job_id").asText()).isEqualTo(copy);
    assertThat(last.path("run_id").asText()).isEqualTo("run-" + copy);
    assertThat(last.path("seq").asInt()).isEqualTo(reported.size());
    assertThat(elsewhere.jobs().lastEvents(copy, 3).events())
        .isEqualTo(reported.subList(reported.size() - 3, reported.size()));
  }

  private static List<String> events(RuntimeFixture runtime, String job) {
    EventPage page = runtime.jobs().events(job, 0, 1000);
    return page.events();
  }

  @Test
  void aCopyMayStandBesideItsJobAndOutlivesARestart() {
    String job = paused(home.resolve("never"));
    String copy = jobs().restore(jobs().backup(job), null, null).jobId();
    String second = jobs().restore(jobs().backup(copy), null, null).jobId();

    here.restart();

    for (String each : List.of(job, copy, second)) {
      eventually("it is taken over", () -> isOpen(each));
      assertThat(tree(jobs().get(each)).at("/job/status").asText()).as(each).isEqualTo("paused");
      assertThat(mailboxes(tree(jobs().get(each)))).as(each).containsExactly(1, 1);
      assertThat(jobs().cancel(each)).isEqualTo("cancelled");
    }
  }

  private static boolean isOpen(String job) {
    try {
      jobs().pause(job, false);
      return true;
    } catch (MnException e) {
      return false;
    }
  }

  @Test
  void aBackupOfTheOriginalBeginsAnewAndSaysSo() {
    String job = paused(home.resolve("never"));
    ObjectNode json = Json.parseObject(jobs().backup(job).json(), "backup");
    json.withObject("/runtime/job").remove("state");
    String manifest = SampleManifests.routers("anew", 2);
    Backup original =
        new Backup(
            Json.write(json), Map.of("manifest.json", manifest.getBytes(), "README", new byte[1]));

    ObjectNode answer = tree(elsewhere.jobs().restore(original, "blue", null));

    String copy = answer.path("job_id").asText();
    assertThat(answer.at("/recovery/reason").asText()).contains("begins anew");
    assertThat(tree(elsewhere.jobs().get(copy)).at("/job/status").asText()).isEqualTo("paused");
    elsewhere.jobs().resume(copy);
    assertThat(elsewhere.awaitEnd(copy).at("/job/status").asText()).isEqualTo("completed");
  }

  @Test
  void aCopyIsThatOfWhoRestoredIt() throws Exception {
    String manifest = SampleManifests.program("owned", "sh", "-c", "exec sleep 600");
    String job = jobs().submit(Submission.of(manifest).by("anna")).jobId();
    jobs().pause(job, false, "carl");
    Backup backup = jobs().backup(job);
    ObjectNode json = Json.parseObject(backup.json(), "backup");
    json.withObject("/runtime/job").remove("state");
    Backup original = new Backup(Json.write(json), backup.files());

    for (Backup one : List.of(backup, original)) {
      String bobs = elsewhere.jobs().restore(one, "b", null, "bob").jobId();
      ObjectNode details = tree(elsewhere.jobs().get(bobs));
      assertThat(details.at("/job/submitted_by").asText()).isEqualTo("bob");
      assertThat(details.path("job").has("paused_by")).isFalse();
      assertThat(elsewhere.jobs().lastEvents(bobs, 1).events().getFirst())
          .contains("job_restored_from_backup", "\"submitted_by\":\"bob\"");
      String nobodys = elsewhere.jobs().restore(one, "b", null, null).jobId();
      assertThat(tree(elsewhere.jobs().get(nobodys)).path("job").has("submitted_by")).isFalse();
    }
    jobs().cancel(job);
  }

  @Test
  void largeBodiesAreCopiedAndSurviveAServer() throws Exception {
    Path go = home.resolve("go-large");
    String text = "large ".repeat(100_000);
    String job = paused(go, Json.object().put("text", text));
    Backup backup = jobs().backup(job);

    assertThat(Json.parseObject(backup.json(), "backup").at("/runtime/job/state/blobs")).hasSize(1);
    String copy = elsewhere.jobs().restore(backup, "b", null).jobId();
    elsewhere.restart();
    Files.createFile(go);
    eventually("the copy is open again", () -> resumed(copy));

    JsonNode result = elsewhere.awaitEnd(copy).at("/job/result");
    assertThat(result.at("/output/messages/0/text").asText()).isEqualTo(text);
  }

  private static boolean resumed(String job) {
    try {
      return !elsewhere.jobs().resume(job).isEmpty();
    } catch (MnException e) { // the server that has just started has not come to it
      return false;
    }
  }

  @Test
  void aLargeValueThatSomebodyChangedIsRefused() {
    String job = paused(home.resolve("never-large"), Json.object().put("text", "x".repeat(70_000)));
    Backup backup = jobs().backup(job);
    String blobs = "/runtime/job/state/blobs";
    String name = Json.parseObject(backup.json(), "backup").at(blobs).fieldNames().next();

    refused(
        "a value is not " + name, backup, json -> json.withObject(blobs).put(name, "[{},\"y\"]"));
    refused("value " + name + " is missing", backup, json -> json.withObject(blobs).remove(name));
  }

  @Test
  void onlyAPausedJobIsCopied() {
    String job =
        jobs().submit(Submission.of(SampleManifests.program("busy", "sleep", "60"))).jobId();

    assertThatThrownBy(() -> jobs().backup(job))
        .hasMessageContaining("must be paused")
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PRECONDITION));
    assertThatThrownBy(() -> jobs().backup("nope")).hasMessage("job nope was not found");
    jobs().cancel(job);
    assertThatThrownBy(() -> jobs().backup(job)).hasMessageContaining("it is cancelled");
  }

  @Test
  void aBackupHasWhatClientsRead() {
    String job = paused(home.resolve("never"));
    Backup backup = jobs().backup(job);
    JsonNode json = Json.parseObject(backup.json(), "backup");

    assertThat(backup.files())
        .containsOnlyKeys("manifest.json", "payloads/worker/run.sh", "payloads/worker/tool");
    assertThat(json.at("/bundle/executables").toString()).isEqualTo("[\"payloads/worker/tool\"]");
    assertThat(json.path("schema_version").asText()).isEqualTo("mn.backup.v1");
    assertThat(json.at("/source/status").asText()).isEqualTo("paused");
    assertThat(json.at("/source/graph_id").asText()).isEqualTo("copied");
    assertThat(json.at("/runtime/job/job_id").asText()).isEqualTo(job);
    assertThat(json.at("/runtime/agents")).hasSize(2);
    assertThat(json.at("/runtime/events")).hasSameSizeAs(events(here, job));
    assertThat(json.at("/bundle/file_count").asInt()).isEqualTo(3);
    assertThat(json.at("/bundle/files/0").asText()).isEqualTo("manifest.json");
    assertThat(json.at("/target_policy/restore_mode").asText()).isEqualTo("clone");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{broken",
        "[]",
        "",
        "{}",
        "{\"schema_version\":\"mn.backup.v2\"}",
        "{\"schema_version\":\"mn.backup.v1\",\"runtime\":{}}"
      })
  void whatIsNoBackupIsRefused(String json) {
    assertThatThrownBy(() -> jobs().restore(new Backup(json, Map.of()), "b", null))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a field of the store   | epoch            | 7                 | strange field
          the owner              | owner            | x                 | strange field
          an agent nobody knows  | a:nobody         | {}                | cannot be read
          broken state           | a:work           | {                 | cannot be read
          a broken header        | h                | {}                | cannot be read
          no name of a value     | a:work           | [{"/a":{}},{}]    | cannot be read
          no reference           | a:work           | [{"/a":null},{}]  | cannot be read
          other events           | c                | 9,99,job_paused   | do not fit
          broken counters        | c                | many              | c: it must be two numbers and a word
          a wrong type           | a:work           | {"processed":[]}  | agent work: member processed of its record has the wrong type
          """)
  void damagedStateIsRefused(String name, String field, String value, String why) {
    refused(why, json -> json.withObject("/runtime/job/state/fields").put(field, value));
  }

  @Test
  void aStateThatIsNotPausedIsRefused() {
    refused(
        "not that of a paused job",
        json -> {
          ObjectNode fields = json.withObject("/runtime/job/state/fields");
          fields.put("h", fields.path("h").asText().replace("\"paused\"", "\"running\""));
        });
  }

  @Test
  void aGapInTheEventsIsRefused() {
    refused("do not fit", json -> ((ArrayNode) json.at("/runtime/events")).remove(2));
  }

  private static void refused(String why, Consumer<ObjectNode> damage) {
    refused(why, jobs().backup(paused(home.resolve("never"))), damage);
  }

  private static void refused(String why, Backup backup, Consumer<ObjectNode> damage) {
    ObjectNode json = Json.parseObject(backup.json(), "backup");
    damage.accept(json);
    int jobsBefore = tree(jobs().list(1000, true)).path("data").size();
    assertThatThrownBy(
            () -> jobs().restore(new Backup(Json.write(json), backup.files()), "b", null))
        .hasMessageContaining(why)
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
    assertThat(tree(jobs().list(1000, true)).path("data")).hasSize(jobsBefore);
  }

  @Test
  void aBundleWithoutManifestOrWithAPathThatClimbsIsRefused() {
    Backup backup = jobs().backup(paused(home.resolve("never")));
    Map<String, byte[]> climbing = new HashMap<>(backup.files());
    climbing.put("payloads/../../escape.sh", new byte[1]);

    assertThatThrownBy(() -> jobs().restore(new Backup(backup.json(), Map.of()), "b", null))
        .hasMessage("the backup has no manifest.json");
    assertThatThrownBy(() -> jobs().restore(new Backup(backup.json(), climbing), "b", null))
        .hasMessageContaining("must be relative");
    assertThatThrownBy(() -> jobs().restore(backup, "b", "two words"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
  }
}
