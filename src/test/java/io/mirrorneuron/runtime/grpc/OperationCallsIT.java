package io.mirrorneuron.runtime.grpc;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.proto.job.v1.CancelAllJobsRequest;
import io.mirrorneuron.proto.job.v1.ClearJobsRequest;
import io.mirrorneuron.proto.job.v1.DeployJobRequest;
import io.mirrorneuron.proto.job.v1.ExportJobBackupRequest;
import io.mirrorneuron.proto.job.v1.ExportJobBackupResponse;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.RestoreJobBackupRequest;
import io.mirrorneuron.proto.operations.v1.GetOperationRequest;
import io.mirrorneuron.proto.operations.v1.OperationEventResponse;
import io.mirrorneuron.proto.operations.v1.OperationsServiceGrpcClient;
import io.mirrorneuron.proto.operations.v1.StartOperationRequest;
import io.mirrorneuron.proto.operations.v1.StreamOperationEventsRequest;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients of release 1.2.31 call, on a runtime with its Redis and its programs. */
@Whole
class OperationCallsIT {
  private static final String NODE = "mirror_neuron@test";

  @TempDir Path home;
  private RuntimeFixture behind;
  private GrpcRuntime runtime;
  private Wire wire;

  @BeforeEach
  void start() {
    behind = new RuntimeFixture(home);
    open();
  }

  private void open() {
    runtime = GrpcRuntime.before(behind);
    wire = new Wire(runtime);
  }

  @AfterEach
  void stop() {
    wire.close();
    runtime.close();
    behind.close();
  }

  private String ended(String name) {
    String job = behind.jobs().submit(Submission.of(SampleManifests.routers(name, 2))).jobId();
    behind.awaitEnd(job);
    return job;
  }

  private String open(String name) {
    return behind
        .jobs()
        .submit(Submission.of(SampleManifests.program(name, "sleep", "300")))
        .jobId();
  }

  private List<String> statuses() {
    return behind.jobs().list(100, true).data().stream()
        .map(row -> Json.parseObject(row.json(), "row").path("status").asText())
        .sorted()
        .toList();
  }

  private JsonNode started(String kind, Map<String, Object> options) {
    var request =
        StartOperationRequest.newBuilder()
            .setKind(kind)
            .setOptionsJson(Json.write(options))
            .setVersion(1)
            .build();
    var answer = wire.call(OperationsServiceGrpcClient.StartOperation, request);
    assertThat(answer.status()).as(answer.message()).isEqualTo(GrpcStatus.OK);
    return Json.parseObject(answer.answer().getOperationJson(), "operation");
  }

  private JsonNode operation(String id) {
    var request = GetOperationRequest.newBuilder().setOperationId(id).build();
    var answer = wire.call(OperationsServiceGrpcClient.GetOperation, request);
    assertThat(answer.status()).as(answer.message()).isEqualTo(GrpcStatus.OK);
    return Json.parseObject(answer.answer().getOperationJson(), "operation");
  }

  private List<JsonNode> events(String id, long after, boolean follow) {
    var request =
        StreamOperationEventsRequest.newBuilder()
            .setOperationId(id)
            .setAfterSequence(after)
            .setFollow(follow)
            .build();
    List<OperationEventResponse> all =
        wire.all(OperationsServiceGrpcClient.StreamOperationEvents, request);
    List<JsonNode> events = new ArrayList<>();
    all.forEach(event -> events.add(Json.parseObject(event.getEventJson(), "event")));
    return events;
  }

  private static List<String> texts(List<JsonNode> events, String member) {
    return events.stream().map(event -> event.path(member).asText("-")).toList();
  }

  @Test
  void clearingIsFollowedAndKnownLater() {
    String one = ended("one");
    String two = ended("two");
    String open = open("open");

    JsonNode begun = started("clear_jobs", Map.of());
    String id = begun.path("operation_id").asText();
    List<JsonNode> events = events(id, 0, true);

    assertThat(begun.path("target_count").asInt()).isEqualTo(2);
    assertThat(texts(events, "sequence")).containsExactly("1", "2", "3", "4", "5", "6", "7");
    assertThat(texts(events, "status").subList(4, 7)).containsExactly("cleared", "cleared", "-");
    assertThat(texts(events, "item_id")).contains(one, two).doesNotContain(open);
    assertThat(texts(events, "operation_status").getLast()).isEqualTo("completed");
    JsonNode over = operation(id);
    assertThat(over.path("status").asText()).isEqualTo("completed");
    assertThat(over.at("/counters/succeeded").asInt()).isEqualTo(2);
    assertThat(over.at("/items/" + one + "/status").asText()).isEqualTo("cleared");
    assertThat(statuses()).hasSize(1);

    behind.leave();
    wire.close();
    runtime.close();
    behind.startAgain();
    open();

    assertThat(operation(id)).isEqualTo(over);
    assertThat(events(id, 5, false)).isEqualTo(events.subList(5, 7));
  }

  @Test
  void allOpenJobsAreCancelledAndTheirItemsAreCalledAsTheJobs() {
    String job = open("first");
    String paused = open("second");
    behind.jobs().pause(paused, false);
    ended("third");

    String id = started("cancel_all_jobs", Map.of()).path("operation_id").asText();
    List<JsonNode> events = events(id, 0, true);

    assertThat(texts(events, "item_id")).contains(job, paused);
    assertThat(operation(id).at("/items/" + paused + "/status").asText()).isEqualTo("cancelled");
    assertThat(statuses()).containsExactly("cancelled", "cancelled", "completed");
  }

  @Test
  void cancelAllJobsAnswersWhatCameOfThem() {
    String job = open("first");

    var answer =
        wire.call(
            JobServiceGrpcClient.CancelAllJobs,
            CancelAllJobsRequest.newBuilder().setVersion(1).build());

    JsonNode reported = Json.parseObject(answer.answer().getResultJson(), "result");
    assertThat(reported.path("cancelled_count").asInt()).isEqualTo(1);
    assertThat(reported.path("pending_count").asInt()).isZero();
    assertThat(reported.at("/results/0/job_id").asText()).isEqualTo(job);
    assertThat(reported.at("/results/0/status").asText()).isEqualTo("cancelled");
    assertThat(operation(reported.path("operation_id").asText()).path("kind").asText())
        .isEqualTo("cancel_all_jobs");
  }

  @Test
  void theBearerIsEnoughToClearJobsForClientsThatHaveNoAdminToken() {
    ended("one");
    ended("two");
    var old = wire.call(JobServiceGrpcClient.ClearJobs, ClearJobsRequest.getDefaultInstance());
    assertThat(old.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
    assertThat(old.message()).contains("MN_GRPC_ADMIN_TOKEN");
    var wrong = ClearJobsRequest.newBuilder().setVersion(1).setAdminToken("wrong").build();
    assertThat(wire.call(JobServiceGrpcClient.ClearJobs, wrong).status())
        .isEqualTo(GrpcStatus.PERMISSION_DENIED);

    var answer =
        wire.call(
            JobServiceGrpcClient.ClearJobs, ClearJobsRequest.newBuilder().setVersion(1).build());

    assertThat(answer.answer().getClearedCount()).isEqualTo(2);
    assertThat(statuses()).isEmpty();
  }

  @Test
  void theOnlyNodeIsDrainedAsFarAsItCanAndTheOperationEndsWithTheDrain() {
    String job = open("batch");
    eventually("it runs", () -> statuses().contains("running"));
    JsonNode said = started("drain_node", Map.of("node_name", NODE, "dry_run", true));
    List<JsonNode> dry = events(said.path("operation_id").asText(), 0, true);
    assertThat(texts(dry, "status")).contains("dry_run");
    assertThat(behind.runtime().upkeep().status(NODE).schedulingEligible()).isTrue();

    String id =
        started("drain_node", Map.of("node_name", NODE, "reason", "a new disk", "version", 1))
            .path("operation_id")
            .asText();
    eventually("it waits", () -> operation(id).path("status").asText().equals("waiting"));
    assertThat(operation(id).at("/items/" + job + "/status").asText()).isEqualTo("deferred");
    assertThat(texts(events(id, 0, false), "type").getLast()).isEqualTo("operation_deferred");
    assertThat(behind.runtime().upkeep().status(NODE).drain().reason()).isEqualTo("a new disk");

    behind.jobs().cancel(job);
    eventually("it is over", () -> operation(id).path("status").asText().equals("completed"));
    assertThat(operation(id).at("/items/" + job + "/status").asText()).isEqualTo("skipped");
  }

  @Test
  void aDrainThatSomebodyEndsLeavesNoItemUntold() {
    String job = open("batch");
    eventually("it runs", () -> statuses().contains("running"));
    String id = started("drain_node", Map.of("node_name", NODE)).path("operation_id").asText();
    eventually("it waits", () -> operation(id).path("status").asText().equals("waiting"));

    behind.runtime().upkeep().undrain(NODE, "not today", true);

    eventually(
        "it is over",
        () -> operation(id).path("status").asText().equals("completed_with_failures"));
    assertThat(operation(id).at("/items/" + job + "/error").asText())
        .contains("had not left the node");
    assertThat(behind.runtime().upkeep().status(NODE).schedulingEligible())
        .as("nobody drains it again")
        .isTrue();
  }

  @Test
  void aNodeThatLivesIsReconciledByLeavingItsJobsAlone() {
    String job = open("batch");

    String id = started("reconcile_node", Map.of("node_name", NODE)).path("operation_id").asText();
    events(id, 0, true);

    assertThat(operation(id).path("status").asText()).isEqualTo("completed");
    assertThat(operation(id).at("/items/" + job + "/status").asText()).isEqualTo("skipped");
  }

  @Test
  void whatCannotBeStartedIsRefusedAndWhatNobodyKnowsIsNotFound() {
    refused("x", "{}", GrpcStatus.INVALID_ARGUMENT, "unsupported operation kind \"x\"");
    refused("drain_node", "{}", GrpcStatus.INVALID_ARGUMENT, "node_name is required");
    refused("clear_jobs", "[]", GrpcStatus.INVALID_ARGUMENT, "options_json");
    refused(
        "drain_node",
        "{\"node_name\":\"mirror_neuron@nowhere\"}",
        GrpcStatus.NOT_FOUND,
        "there is no node mirror_neuron@nowhere");
    var unknown = GetOperationRequest.newBuilder().setOperationId("op-none").build();
    assertThat(wire.call(OperationsServiceGrpcClient.GetOperation, unknown).status())
        .isEqualTo(GrpcStatus.NOT_FOUND);
    var stream = StreamOperationEventsRequest.newBuilder().setOperationId("op-none").build();
    assertThat(wire.call(OperationsServiceGrpcClient.StreamOperationEvents, stream).status())
        .isEqualTo(GrpcStatus.NOT_FOUND);
  }

  private void refused(String kind, String options, GrpcStatus status, String words) {
    var request = StartOperationRequest.newBuilder().setKind(kind).setOptionsJson(options).build();
    var answer = wire.call(OperationsServiceGrpcClient.StartOperation, request);
    assertThat(answer.status()).as(answer.message()).isEqualTo(status);
    assertThat(answer.message()).contains(words);
  }

  @Test
  void backupsAreLabelledAsTheClientReadsThemAndBothAreRestored() {
    String job = open("kept");
    behind.jobs().pause(job, false);
    ExportJobBackupResponse first = backup(job, 0);
    ExportJobBackupResponse second = backup(job, 1);

    assertThat(schema(first.getBackupJson())).isEqualTo("mn.backup.v1");
    assertThat(schema(second.getBackupJson())).isEqualTo("mn.backup.v2");
    for (ExportJobBackupResponse backup : List.of(first, second)) {
      var request =
          RestoreJobBackupRequest.newBuilder()
              .setBackupJson(backup.getBackupJson())
              .putAllBundleFiles(backup.getBundleFilesMap())
              .build();
      var answer = wire.call(JobServiceGrpcClient.RestoreJobBackup, request);
      assertThat(answer.status()).as(answer.message()).isEqualTo(GrpcStatus.OK);
      JsonNode restored = Json.parseObject(answer.answer().getResultJson(), "result");
      assertThat(restored.at("/restore_provenance/schema_version").asText())
          .isEqualTo(schema(backup.getBackupJson()));
      assertThat(restored.path("status").asText()).isEqualTo("paused");
    }
  }

  private ExportJobBackupResponse backup(String job, int version) {
    var request = ExportJobBackupRequest.newBuilder().setJobId(job).setVersion(version).build();
    return wire.call(JobServiceGrpcClient.ExportJobBackup, request).answer();
  }

  private static String schema(String backup) {
    return Json.parseObject(backup, "backup").path("schema_version").asText();
  }

  @Test
  void theInterfaceVersionInAPolicyIsPassedOver() {
    String manifest = SampleManifests.program("deployed", "sleep", "300");
    var deploy =
        DeployJobRequest.newBuilder()
            .setManifestJson(manifest)
            .setUpdatePolicyJson("{\"strategy\":\"rolling\",\"version\":1}");

    var answer = wire.call(JobServiceGrpcClient.DeployJob, deploy.build());

    assertThat(answer.message()).isNotEqualTo("unknown member policies.update.version");
    assertThat(answer.status()).as(answer.message()).isEqualTo(GrpcStatus.OK);
    var wrong = deploy.setUpdatePolicyJson("{\"version\":\"new\"}").build();
    assertThat(wire.call(JobServiceGrpcClient.DeployJob, wrong).message())
        .contains("policies.update.version");
  }
}
