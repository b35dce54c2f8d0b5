package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.mirrorneuron.proto.job.v1.DeployJobRequest;
import io.mirrorneuron.proto.job.v1.DeploymentActionRequest;
import io.mirrorneuron.proto.job.v1.DeploymentResponse;
import io.mirrorneuron.proto.job.v1.GetDeploymentRequest;
import io.mirrorneuron.proto.job.v1.GetJobRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.ListDeploymentsRequest;
import io.mirrorneuron.proto.job.v1.PromoteDeploymentRequest;
import io.mirrorneuron.proto.job.v1.RollbackDeploymentRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import io.mirrorneuron.proto.job.v1.UpdateDeploymentRequest;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.Stage;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.Silence;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The nine calls about deployments, on a runtime with its Redis and its programs. */
@Whole
class DeploymentCallsIT {
  private static final String QUICK =
      "{'max_parallel':2,'min_healthy_ms':0,'healthy_deadline_ms':20000}";

  @TempDir static Path home;
  private static RuntimeFixture behind;
  private static GrpcRuntime runtime;
  private static Wire wire;
  private static int keys;

  /** Each test deploys under a key of its own. */
  private final String key = "web" + keys++;

  @BeforeAll
  static void start() {
    behind = new RuntimeFixture(home, RuntimeFixture.config(home, Silence.SHORT_VARIABLES));
    runtime = GrpcRuntime.before(behind);
    wire = new Wire(runtime);
  }

  @AfterAll
  static void stop() {
    wire.close();
    runtime.close();
    behind.close();
  }

  /** Of the deployment with this number of the key. */
  private String id(int number) {
    return "dep_" + key + "_" + number;
  }

  private String manifest(int version) {
    return graph(version).toString();
  }

  private Graph graph(int version) {
    Graph graph =
        new Graph()
            .router("start")
            .with("type", "'service'")
            .with("metadata", "{'deployment_key':'%s','owner':{'token':'s3cret'}}".formatted(key));
    for (String agent : new String[] {"a", "b", "c"}) {
      graph.agent(
          agent,
          "executor",
          "{'v':%d,'command':['true'],'runner_module':'MirrorNeuron.Runner.HostLocal'}"
              .formatted(version));
      graph.edge("start", agent, "*");
    }
    return graph;
  }

  private static JsonNode ok(Wire.Answer<DeploymentResponse> answer) {
    assertThat(answer.status()).as(answer.message()).isEqualTo(GrpcStatus.OK);
    return Json.parseObject(answer.answer().getResultJson(), "answer");
  }

  private static void refused(
      Wire.Answer<DeploymentResponse> answer, GrpcStatus status, String message) {
    assertThat(answer.message()).isEqualTo(message);
    assertThat(answer.status()).isEqualTo(status);
  }

  private Wire.Answer<DeploymentResponse> deploy(String manifest, String policy) {
    return wire.call(
        JobServiceGrpcClient.DeployJob,
        DeployJobRequest.newBuilder()
            .setManifestJson(manifest)
            .setUpdatePolicyJson(policy.replace('\'', '"'))
            .build());
  }

  private Wire.Answer<DeploymentResponse> get(String id) {
    return wire.call(
        JobServiceGrpcClient.GetDeployment,
        GetDeploymentRequest.newBuilder().setIdOrKey(id).build());
  }

  private static DeploymentActionRequest action(String id) {
    return DeploymentActionRequest.newBuilder().setIdOrKey(id).setReason("enough").build();
  }

  private JsonNode until(String status) {
    return until(key, status);
  }

  private JsonNode until(String key, String status) {
    Eventually.eventually(
        "status", () -> ok(get(key)).toString(), text -> text.contains("\"status\":\"" + status));
    return ok(get(key));
  }

  private JsonNode deployed() {
    ok(deploy(manifest(1), QUICK));
    return until("successful");
  }

  @Test
  void aServiceIsDeployedUpdatedAndRolledBack() {
    JsonNode first = ok(deploy(manifest(1), QUICK));
    assertThat(first.path("deployment_id").asText()).isEqualTo(id(1));
    assertThat(first.path("deployment_key").asText()).isEqualTo(key);
    assertThat(first.at("/deployment/warnings")).as("nothing has a check").hasSize(1);
    assertThat(first.path("status").asText()).as("others may follow").isEqualTo("successful");
    String job = first.path("job_id").asText();
    assertThat(job).startsWith("g-");
    assertThat(first.at("/version/version").asText()).isEqualTo("1");
    JsonNode deployed = until("successful");
    assertThat(deployed.path("current_job_id").asText()).isEqualTo(job);
    assertThat(deployed.path("stable_version").asText()).isEqualTo("1");

    JsonNode second = ok(deploy(manifest(2), QUICK));
    assertThat(second.at("/deployment/mode").asText()).isEqualTo("agent_level");
    assertThat(second.at("/deployment/description").asText()).isEqualTo("agents a, b, c differ");
    JsonNode updated = until("successful");
    assertThat(updated.path("current_version").asText()).isEqualTo("2");
    assertThat(updated.path("current_job_id").asText()).isEqualTo(job);
    assertThat(updated.path("changed_agent_ids")).isEqualTo(Stage.json("['a','b','c']"));
    assertThat(updated.path("remaining_agent_ids")).isEmpty();
    assertThat(updated.path("versions")).hasSize(2);
    assertThat(updated.toString()).doesNotContain("s3cret");
    assertThat(Json.write(behind.jobs().get(job).json())).contains("\"v\":2");

    JsonNode back =
        ok(
            wire.call(
                JobServiceGrpcClient.RollbackDeployment,
                RollbackDeploymentRequest.newBuilder().setIdOrKey(key).build()));
    assertThat(back.path("deployment_id").asText()).isEqualTo(id(3));
    JsonNode again = until("successful");
    assertThat(again.path("current_version").asText()).isEqualTo("1");
    assertThat(ok(get(id(2))).path("target_version").asText()).isEqualTo("2");
    JsonNode all =
        ok(
            wire.call(
                JobServiceGrpcClient.ListDeployments,
                ListDeploymentsRequest.newBuilder()
                    .setQueryJson(
                        "{\"deployment_key\":\"%s\",\"status\":\"successful\"}".formatted(key))
                    .build()));
    assertThat(all.path("data")).hasSize(1);
  }

  @Test
  void aCanaryIsPausedResumedAndPromoted() {
    deployed();
    String canary = "{'strategy':'canary','canary':1,'min_healthy_ms':0}";
    ok(deploy(manifest(2), canary));
    until("awaiting_promotion");
    refused(
        deploy(manifest(3), canary),
        GrpcStatus.FAILED_PRECONDITION,
        "deployment " + id(2) + " is awaiting_promotion");
    JsonNode same = ok(deploy(manifest(2), canary));
    assertThat(same.path("deployment_id").asText()).as("the same again").isEqualTo(id(2));
    JsonNode paused = ok(wire.call(JobServiceGrpcClient.PauseDeployment, action(id(2))));
    assertThat(paused.path("status").asText()).isEqualTo("paused");
    var promote = PromoteDeploymentRequest.newBuilder().setIdOrKey(key).build();
    refused(
        wire.call(JobServiceGrpcClient.PromoteDeployment, promote),
        GrpcStatus.FAILED_PRECONDITION,
        "deployment is paused, expected awaiting_promotion");
    JsonNode resumed = ok(wire.call(JobServiceGrpcClient.ResumeDeployment, action(key)));
    assertThat(resumed.path("status").asText()).isEqualTo("awaiting_promotion");
    JsonNode promoted = ok(wire.call(JobServiceGrpcClient.PromoteDeployment, promote));
    assertThat(promoted.path("deployment_id").asText()).isEqualTo(id(2));
    assertThat(until("successful").path("current_version").asText()).isEqualTo("2");
    refused(
        wire.call(JobServiceGrpcClient.PromoteDeployment, promote),
        GrpcStatus.FAILED_PRECONDITION,
        "deployment is successful, expected awaiting_promotion");
  }

  private JsonNode deployment(String job) {
    String reported =
        wire.call(JobServiceGrpcClient.GetJob, GetJobRequest.newBuilder().setJobId(job).build())
            .answer()
            .getJobJson();
    return Json.parseObject(reported, "job").at("/job/deployment");
  }

  private void isOf(String job, String deployment, String version, String role) {
    JsonNode its = deployment(job);
    assertThat(its.path("deployment_id").asText()).isEqualTo(deployment);
    assertThat(its.path("deployment_key").asText()).isEqualTo(key);
    assertThat(its.path("deployment_version").asText()).isEqualTo(version);
    assertThat(its.path("deployment_role").asText()).isEqualTo(role);
    assertThat(its.path("phase").asText()).isEqualTo("settled");
  }

  @Test
  void jobsTellWhichDeploymentMadeThemWhatTheyAre() {
    String job = deployed().path("current_job_id").asText();
    isOf(job, id(1), "1", "primary");
    assertThat(deployment(job).at("/deployment_policy/max_parallel").asInt()).isEqualTo(2);
    ok(deploy(manifest(2), QUICK));
    until("successful");
    isOf(job, id(2), "2", "primary");

    var promote = PromoteDeploymentRequest.newBuilder().setIdOrKey(key).build();
    ok(deploy(manifest(3), "{'strategy':'canary','canary':9,'min_healthy_ms':0}"));
    until("awaiting_promotion");
    isOf(job, id(3), "3", "canary");
    ok(wire.call(JobServiceGrpcClient.PromoteDeployment, promote));
    until("successful");
    isOf(job, id(3), "3", "primary");

    ok(deploy(manifest(4), "{'strategy':'blue-green','min_healthy_ms':0}"));
    String next = until("awaiting_promotion").path("target_job_id").asText();
    isOf(job, id(3), "3", "primary");
    isOf(next, id(4), "4", "candidate");
    ok(wire.call(JobServiceGrpcClient.PromoteDeployment, promote));
    until("successful");
    isOf(job, id(3), "3", "retired");
    isOf(next, id(4), "4", "primary");
  }

  @Test
  void aJobThatNobodyDeployedHasNoDeployment() {
    String job =
        wire.call(
                JobServiceGrpcClient.SubmitJob,
                SubmitJobRequest.newBuilder().setManifestJson(manifest(1)).build())
            .answer()
            .getJobId();
    assertThat(deployment(job).isMissingNode()).isTrue();
  }

  @Test
  void whatSomebodyHasFailGoesBack() {
    JsonNode first = deployed();
    ok(
        deploy(
            manifest(2), "{'strategy':'canary','canary':1,'min_healthy_ms':0,'auto_revert':true}"));
    until("awaiting_promotion");
    ok(wire.call(JobServiceGrpcClient.FailDeployment, action(key)));
    JsonNode failed = until("failed");
    assertThat(failed.path("failure").asText()).isEqualTo("enough");
    String job = first.path("current_job_id").asText();
    assertThat(Json.write(behind.jobs().get(job).json())).doesNotContain("\"v\":2");
  }

  @Test
  void anotherGraphIsANewJob() {
    String old = deployed().path("current_job_id").asText();
    String wider = graph(1).router("more").edge("start", "more", "*").toString();
    JsonNode second =
        ok(
            wire.call(
                JobServiceGrpcClient.UpdateDeployment,
                UpdateDeploymentRequest.newBuilder()
                    .setDeploymentKey(key)
                    .setManifestJson(wider)
                    .setUpdatePolicyJson(QUICK.replace('\'', '"'))
                    .setWait(true)
                    .build()));
    assertThat(second.at("/deployment/mode").asText()).isEqualTo("blue_green");
    JsonNode replaced = until("successful");
    assertThat(replaced.path("current_job_id").asText()).isNotEqualTo(old);
    assertThat(behind.jobs().get(old).json().at("/job/status").asText()).isEqualTo("cancelled");
  }

  @Test
  void aRepeatedCallIsOneDeploymentAndTheSameContentNone() {
    MultiMap metadata =
        MultiMap.caseInsensitiveMultiMap()
            .add("authorization", "Bearer " + GrpcRuntime.AUTH.value())
            .add(GrpcMetadata.IDEMPOTENCY_KEY, "once");
    var request =
        DeployJobRequest.newBuilder()
            .setManifestJson(manifest(1))
            .setDeploymentKey("named")
            .putPayloads("a.txt", ByteString.copyFromUtf8("a"))
            .build();
    JsonNode one = ok(wire.call(JobServiceGrpcClient.DeployJob, request, metadata));
    JsonNode other = ok(wire.call(JobServiceGrpcClient.DeployJob, request, metadata));
    assertThat(other.path("job_id")).isEqualTo(one.path("job_id"));
    assertThat(other.path("deployment_id").asText()).isEqualTo("dep_named_1");
    until("named", "successful");
    JsonNode noop = ok(wire.call(JobServiceGrpcClient.DeployJob, request));
    assertThat(noop.path("deployment_id").asText()).isEqualTo("dep_named_2");
    assertThat(noop.at("/deployment/description").asText()).isEqualTo("no agent differs");
    assertThat(noop.has("status")).isFalse();
  }

  @Test
  void badInputIsToldAndChangesNothing() {
    refused(get("dep_none_1"), GrpcStatus.NOT_FOUND, "deployment dep_none_1 was not found");
    refused(get(""), GrpcStatus.NOT_FOUND, "deployment  was not found");
    refused(
        deploy(manifest(1), "{'canary':1}"),
        GrpcStatus.INVALID_ARGUMENT,
        "policies.update.canary must be 0 with strategy rolling: choose canary");
    refused(
        deploy(manifest(1), "{'max_paralel':1}"),
        GrpcStatus.INVALID_ARGUMENT,
        "unknown member policies.update.max_paralel; did you mean max_parallel?");
    assertThat(deploy(manifest(1), "[]").status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(deploy("{}", "{}").status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    JsonNode none =
        ok(
            wire.call(
                JobServiceGrpcClient.ListDeployments, ListDeploymentsRequest.getDefaultInstance()));
    assertThat(none.path("data").findValuesAsText("deployment_key")).doesNotContain(key);
    deployed();
    refused(
        wire.call(
            JobServiceGrpcClient.RollbackDeployment,
            RollbackDeploymentRequest.newBuilder().setIdOrKey(key).build()),
        GrpcStatus.FAILED_PRECONDITION,
        "no rollback target found for deployment " + key);
  }
}
