package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.proto.ext.v1.DeployPlannedRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.DeployJobRequest;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls that plan a deployment, and that deploy what was planned. */
class PlannedDeploymentCallsIT {
  private static DeployJobRequest request(int version) {
    Graph graph = new Graph().router("start").with("type", "'service'");
    graph.agent("a", "router", "{'v':%d}".formatted(version)).edge("start", "a", "*");
    return DeployJobRequest.newBuilder()
        .setManifestJson(graph.toString())
        .setDeploymentKey("web")
        .setUpdatePolicyJson("{\"min_healthy_ms\":0}")
        .setWait(true)
        .build();
  }

  private static JsonNode ok(Wire.Answer<ExtJsonResponse> answer) {
    assertThat(answer.status()).as(answer.message()).isEqualTo(GrpcStatus.OK);
    return Json.parseObject(answer.answer().getResultJson(), "answer");
  }

  private static JsonNode plan(Wire wire, int version) {
    return ok(wire.call(RuntimeExtServiceGrpcClient.PlanDeployment, request(version)));
  }

  private static Wire.Answer<ExtJsonResponse> deploy(
      Wire wire, int version, String token, String key) {
    return wire.call(
        RuntimeExtServiceGrpcClient.DeployPlanned,
        DeployPlannedRequest.newBuilder()
            .setDeployment(request(version))
            .setPlanToken(token)
            .build(),
        MultiMap.caseInsensitiveMultiMap()
            .add("authorization", "Bearer " + GrpcRuntime.AUTH.value())
            .add(GrpcMetadata.IDEMPOTENCY_KEY, key));
  }

  @Test
  void whatWasPlannedIsDeployedOnce(@TempDir Path home) {
    try (RuntimeFixture behind = new RuntimeFixture(home);
        GrpcRuntime runtime = GrpcRuntime.before(behind);
        Wire wire = new Wire(runtime)) {
      JsonNode first = plan(wire, 1);
      assertThat(first.path("way").asText()).isEqualTo("new");
      assertThat(first.path("differences").isMissingNode()).isTrue();
      String token = first.path("plan_token").asText();
      JsonNode done = ok(deploy(wire, 1, token, "k1"));
      assertThat(done.path("deployment_id").asText()).isEqualTo("dep_web_1");
      assertThat(done.path("status").asText()).isEqualTo("successful");
      assertThat(ok(deploy(wire, 1, token, "k1")).path("deployment_id").asText())
          .as("the same call")
          .isEqualTo("dep_web_1");
      Wire.Answer<ExtJsonResponse> late = deploy(wire, 1, token, "k2");
      assertThat(late.status()).isEqualTo(GrpcStatus.FAILED_PRECONDITION);
      assertThat(late.message())
          .isEqualTo(
              "the plan does not hold any more: it was not made for what is deployed under web now,"
                  + " of which dep_web_1 is the newest deployment; plan again");
      Wire.Answer<ExtJsonResponse> none = deploy(wire, 1, "", "k3");
      assertThat(none.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
      assertThat(none.message())
          .isEqualTo("plan_token must be what a plan of a deployment has answered as plan_token");
      JsonNode second = plan(wire, 2);
      assertThat(second.path("batches").toString()).isEqualTo("[[\"a\"]]");
      assertThat(second.at("/differences/agents_changed/0/members/0").asText())
          .isEqualTo("config.v");
    }
  }
}
