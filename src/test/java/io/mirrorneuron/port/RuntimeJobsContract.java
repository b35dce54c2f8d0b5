package io.mirrorneuron.port;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract for ports before a runtime that runs its jobs by itself. */
public interface RuntimeJobsContract extends JobsPortContract {
  RuntimeFixture runtime();

  @Override
  default String adminToken() {
    return "admin";
  }

  @Override
  default void awaitCompletion(String jobId) {
    runtime().awaitEnd(jobId);
  }

  @Override
  default void awaitDeadLetter(String jobId) {
    eventually(
        "its first message is given up",
        () ->
            runtime().jobs().events(jobId, 0, 1000).events().stream()
                .anyMatch(event -> event.contains("\"dead_letter\"")));
  }

  @Test
  default void whatWillNeverFitIsRefusedAlikeByPlansAndSubmissions() {
    for (String asks :
        List.of(
            "'resources':{'cores':9}",
            "'resources':{'memory':'1TB','gpus':1}",
            "'resources':{'volumes':[{'name':'d','source':'/no/such','target':'/d'}]}",
            "'resources':{'runtime_driver':'docker'}",
            "'constraints':'tpu'")) {
      Submission asking = asking(asks);
      MnException planned =
          JobsPortContract.fails(ErrorCode.INVALID, "placement_failed", () -> jobs().plan(asking));
      MnException submitted =
          JobsPortContract.fails(
              ErrorCode.INVALID, "placement_failed", () -> jobs().submit(asking));
      assertThat(planned).hasMessage(submitted.getMessage());
      String agent = "agent a asks for ";
      assertThat(submitted).hasMessageStartingWith(agent);
      String[] lacks = submitted.getMessage().substring(agent.length()).split("; for ");
      assertThat(jobs().validate(asking).errors()) // each at its own place
          .containsAll(Stream.of(lacks).map(agent::concat).toList());
    }
    Submission requiring =
        Submission.of(SERVICE.replaceFirst("\\{", "{\"requirements\":{\"memory\":\"1TB\"},"));
    MnException unmet =
        JobsPortContract.fails(
            ErrorCode.PRECONDITION, "requirements_not_met", () -> jobs().plan(requiring));
    assertThat(unmet.validation().at("/issues/0/code").asText())
        .isEqualTo("requirements.memory_node_unavailable");
  }

  private Submission asking(String members) {
    String written = members.replace('\'', '"');
    return Submission.of(SERVICE.replace("\"node_id\"", written + ",\"node_id\""));
  }

  @Test
  default void detailsTellWhereEachAgentRunsAsThePlanDid() {
    Submission submission =
        asking(
            "'resources':{'cores':0.5,'memory':'1Gi','ports':[{'label':'web'}],"
                + "'volumes':[{'name':'t','source':'/','target':'/t','mode':'ro'}]},"
                + "'constraints':{'attribute':'os','value':'linux'}");
    JsonNode plan = Json.MAPPER.valueToTree(jobs().plan(submission));
    String job = jobs().submit(submission).jobId();

    JsonNode scheduler = jobs().get(job).json().at("/job/scheduler");

    assertThat(scheduler.path("status").asText()).isEqualTo("planned");
    assertThat(scheduler.at("/placements/0/resources").toString())
        .isEqualTo("{\"cpu_cores\":0.5,\"memory_mb\":1024}");
    assertThat(scheduler.at("/placements/0/allocations/volumes/0/enforced").isBoolean()).isTrue();
    assertThat(scheduler.at("/placements/0/allocations/ports/0/label").asText()).isEqualTo("web");
    assertThat(scheduler.path("placements_omitted").asInt()).isZero();
    assertThat(scheduler.path("generated_at").asText()).isNotEmpty();
    for (String member : List.of("agent_id", "node", "allocations", "constraints", "resources")) {
      assertThat(scheduler.at("/placements/0/" + member).toString())
          .as(member)
          .isEqualTo(plan.at("/placements/0/" + member).toString());
    }
    for (JobPage.Row row : jobs().list(10, true).data()) {
      assertThat(Json.MAPPER.valueToTree(row).toString()).doesNotContain("\"placements\"");
    }
    jobs().cancel(job, null, null);
  }

  @Test
  default void detailsOfLargeJobsTellTheFirstPlaces() {
    String job = jobs().submit(Submission.of(SampleManifests.routers("many", 60))).jobId();
    JsonNode scheduler = jobs().get(job).json().at("/job/scheduler");
    int all = scheduler.path("placement_count").asInt();
    assertThat(all).isGreaterThanOrEqualTo(60);
    assertThat(scheduler.path("placements").size()).isEqualTo(50);
    assertThat(scheduler.path("placements_omitted").asInt()).isEqualTo(all - 50);
  }

  @Test
  default void whatNoMachineHasIsRefused() {
    List<JobPage.Row> before = jobs().list(0, true).data();
    String gpu = "\"requirements\":{\"gpu\":{\"min_count\":1,\"vendor\":\"nvidia\"}}";
    MnException unmet =
        JobsPortContract.fails(
            ErrorCode.PRECONDITION,
            "requirements_not_met",
            () -> jobs().submit(Submission.of(SERVICE.replaceFirst("\\{", "{" + gpu + ","))));
    assertThat(unmet.validation().at("/issues/0/code").asText())
        .isEqualTo("requirements.gpu_node_unavailable");
    MnException unplaced =
        JobsPortContract.fails(
            ErrorCode.INVALID,
            "placement_failed",
            () ->
                jobs()
                    .submit(
                        Submission.of(
                            SERVICE.replace(
                                "\"node_id\"", "\"resources\":{\"gpus\":2},\"node_id\""))));
    assertThat(unplaced).hasMessageContaining("asks for 2 devices of kind gpu");
    MnException nowhere =
        JobsPortContract.fails(
            ErrorCode.INVALID,
            "placement_failed",
            () ->
                jobs()
                    .submit(
                        Submission.of(
                            SampleManifests.program("nowhere", "true")
                                .replace("\"config\":{", "\"config\":{\"pool\":\"nowhere\","))));
    assertThat(nowhere)
        .hasMessageStartingWith("agent work asks for the pool nowhere; the pools of this node are");
    MnException limits =
        JobsPortContract.fails(
            ErrorCode.INVALID,
            "manifest_validation_failed",
            () ->
                jobs()
                    .submit(
                        Submission.of(
                            SERVICE.replace(
                                "\"node_id\"",
                                "\"resources\":{\"limits\":{\"open_files\":-1}},\"node_id\""))));
    assertThat(limits).hasMessageContaining("limits.open_files must be a whole number from 1");
    assertThat(jobs().list(0, true).data()).as("nothing is stored").isEqualTo(before);
  }

  @Test
  default void validationSaysAllThatIsWrongAtOnce() {
    String gpu = "\"requirements\":{\"gpu\":{\"min_count\":1,\"vendor\":\"nvidia\"}},";
    String work =
        """
        {"manifest_version":"1.0","graph_id":"work",%s"entrypoints":["work"],
         "workflwo":{},
         "nodes":[{"node_id":"work","agent_type":"executor","resources":{"gpus":2},"config":{
             "runner_module":"MirrorNeuron.Runner.HostLocal","command":["cat","a"],"pool_slots":2,
             "upload_path":"missing"}}]}""";

    Validation plain = jobs().validate(Submission.of(work.formatted("")));
    Validation unmet = jobs().validate(Submission.of(work.formatted(gpu)));

    assertThat(plain.issues().stream().map(Validation.Issue::code))
        .containsExactly("manifest.upload_missing", "manifest.unknown_member", "placement_failed");
    assertThat(plain.issues().getLast().location().pointer())
        .isEqualTo("/manifest/nodes/0/resources/gpus");
    assertThat(plain.warnings()).contains("unknown member workflwo; did you mean workflow?");
    assertThat(unmet.issues().stream().map(Validation.Issue::code))
        .contains("requirements.gpu_node_unavailable");
    assertThat(plain.plan().agents())
        .containsExactly(
            new Validation.PlannedAgent("work", "executor", "default", 2, List.of("cat", "a")));
    assertThat(jobs().validate(Submission.of("{ ,")).errors())
        .singleElement()
        .asString()
        .contains("line 1");
  }

  @Test
  default void whatCannotBeReadOrStoredIsRefusedByBoth() {
    Map<Submission, String> wrong =
        Map.of(
            Submission.of("{\"a\":" + "1".repeat(100_000) + "}"), "a number has more than 1000",
            Submission.of("[".repeat(200_000)), "it is nested deeper than 1000 levels",
            Submission.of("{\"a\":1,\"a\":2}"), "a is in this object already: keep one of them",
            with("a", "a/b"), "payload path \"a\" is a file, so \"a/b\" cannot lie below it",
            with("x".repeat(300)), "payload file name has more than 255 bytes: xxx");
    wrong.forEach(
        (submission, words) -> {
          assertThat(jobs().validate(submission).errors())
              .singleElement()
              .asString()
              .contains(words);
          assertThatThrownBy(() -> jobs().submit(submission))
              .isInstanceOf(MnException.class)
              .hasMessageContaining(words);
        });
  }

  private static Submission with(String... files) {
    Map<String, byte[]> contents = new HashMap<>();
    Stream.of(files).forEach(file -> contents.put(file, new byte[1]));
    return new Submission(CHAIN, new Submission.Payloads.Inline(contents), null);
  }

  @Test
  default void whatForceSkipsIsAWarning() {
    String forced =
        "\"requirements\":{\"gpu\":{\"vendor\":\"nobody\"}},\"metadata\":{\"mn_validation\":{\"force\":true}},";
    SubmittedJob job = jobs().submit(Submission.of(SERVICE.replaceFirst("\\{", "{" + forced)));
    assertThat(job.warnings())
        .containsExactly(
            "requirements.gpu is not met, as force skips it: no node has a device of kind gpu,"
                + " vendor nobody");
    assertThat(jobs().events(job.jobId(), 0, 10).events().toString())
        .contains(job.warnings().getFirst());
    jobs().cancel(job.jobId(), null, null);
  }

  String ASKING =
      """
      {"manifest_version":"1.0","graph_id":"asking","nodes":[{"node_id":"ask","agent_type":"human",
        "role":"root","config":{"prompt":"Go on?","assignees":["anna"]}}]}
      """;

  private HumanDecision decision(String runId, String word, String subject) {
    String id =
        jobs().events(RunId.job(runId).orElseThrow(), 0, 100).events().stream()
            .map(event -> Json.parseObject(event, "event"))
            .filter(event -> event.path("type").asText().equals("human_input_requested"))
            .map(event -> event.at("/payload/request_id").asText())
            .findFirst()
            .orElseThrow();
    return new HumanDecision(
        runId, id, "respond", Json.object().put("decision", word).put("n", 1), subject);
  }

  @Test
  default void aPersonDecidesOnWhatAJobAsks() {
    String job = jobs().submit(Submission.of(ASKING)).jobId();
    String run = RunId.of(job);
    HumanDecision approval = decision(run, "approve", "anna");
    assertThat(jobs().why(job).explanations())
        .extracting(Why.Explanation::text)
        .contains("agent ask waits for a person: Go on?");
    for (HumanDecision wrong :
        List.of(
            new HumanDecision(run, "ask-0", "respond", approval.body(), "anna"),
            new HumanDecision("run-x", approval.requestId(), "respond", approval.body(), "anna"))) {
      JobsPortContract.fails(
          ErrorCode.NOT_FOUND, "request_not_found", () -> jobs().decide(job, wrong));
    }
    JobsPortContract.fails(
        ErrorCode.FORBIDDEN,
        "not_assigned",
        () -> jobs().decide(job, decision(run, "approve", "bob")));
    JobsPortContract.fails(
        ErrorCode.INVALID,
        "invalid_request",
        () -> jobs().decide(job, decision(run, "aprove", "anna")));

    ObjectNode record = jobs().decide(job, approval);

    assertThat(record.path("type").asText()).isEqualTo("human_input_received");
    assertThat(record.path("run_id").asText()).isEqualTo(run);
    assertThat(record.at("/payload/by").asText()).isEqualTo("anna");
    assertThat(record.at("/payload/by_verified").asBoolean()).isTrue();
    awaitCompletion(job);
    assertThat(jobs().get(job).result().at("/output/ask/data/n").asInt()).isEqualTo(1);
    assertThat(jobs().decide(job, approval)).as("the same again").isEqualTo(record);
    JobsPortContract.fails(
        ErrorCode.CONFLICT,
        "already_answered",
        () -> jobs().decide(job, decision(run, "reject", "anna")));
  }

  @Test
  default void aCopyOfAJobAsksWhatTheJobAsked() {
    String job = jobs().submit(Submission.of(ASKING)).jobId();
    decision(RunId.of(job), "approve", "anna");
    jobs().pause(job, false);
    String copy = jobs().restore(jobs().backup(job), null, null).jobId();
    jobs().cancel(job);
    HumanDecision approval =
        new HumanDecision(
            RunId.of(copy),
            decision(RunId.of(job), "approve", "anna").requestId(),
            "respond",
            Json.object().put("decision", "approve"),
            "anna");
    jobs().decide(copy, approval);
    jobs().resume(copy);

    awaitCompletion(copy);
    assertThat(jobs().get(copy).result().at("/output/ask/decision").asText()).isEqualTo("approve");
  }

  @Test
  default void theReasonOfACancelIsKeptAndShown() {
    String job = jobs().submit(Submission.of(SERVICE)).jobId();
    assertThat(jobs().cancel(job, "anna", "wrong input")).isEqualTo("cancelled");
    assertThat(jobs().cancel(job, "bob", "too late")).isEqualTo("cancelled");

    assertThat(jobs().get(job).job().cancelReason()).isEqualTo("wrong input");
    assertThat(jobs().get(job).reason()).isEqualTo("wrong input");
    assertThat(jobs().why(job).summary()).isEqualTo("anna cancelled the job (wrong input)");
    assertThat(jobs().lastEvents(job, 1).events().getFirst())
        .contains("\"type\":\"job_cancelled\"", "\"reason\":\"wrong input\"");
  }
}
