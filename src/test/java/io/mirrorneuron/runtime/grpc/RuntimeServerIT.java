package io.mirrorneuron.runtime.grpc;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.DrainNodeRequest;
import io.mirrorneuron.proto.cluster.v1.GetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryRequest;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeRequest;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeResponse;
import io.mirrorneuron.proto.cluster.v1.SetResourceRequest;
import io.mirrorneuron.proto.ext.v1.GetMetricsRequest;
import io.mirrorneuron.proto.ext.v1.ListDeadLettersRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.proto.ext.v1.SendMessageRequest;
import io.mirrorneuron.proto.job.v1.ClearJobsRequest;
import io.mirrorneuron.proto.job.v1.EmitTriggerEventRequest;
import io.mirrorneuron.proto.job.v1.GetJobRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.ListJobsRequest;
import io.mirrorneuron.proto.job.v1.PauseJobRequest;
import io.mirrorneuron.proto.job.v1.PauseJobResponse;
import io.mirrorneuron.proto.job.v1.ScheduleResponse;
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobResponse;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.HealthClient;
import io.mirrorneuron.wire.Json;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RuntimeServerIT {
  private static final ServiceMethod<HealthCheckResponse, HealthCheckRequest> CHECK =
      ServiceMethod.client(
          ServiceName.create("grpc.health.v1.Health"),
          "Check",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(HealthCheckResponse.newBuilder()));
  private static final ServiceMethod<ServerReflectionResponse, ServerReflectionRequest> REFLECT =
      ServiceMethod.client(
          ServiceName.create("grpc.reflection.v1.ServerReflection"),
          "ServerReflectionInfo",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(ServerReflectionResponse.newBuilder()));

  private static final ServiceMethod<ServerReflectionResponse, ServerReflectionRequest>
      REFLECT_ALPHA =
          ServiceMethod.client(
              ServiceName.create("grpc.reflection.v1alpha.ServerReflection"),
              "ServerReflectionInfo",
              GrpcMessageEncoder.encoder(),
              GrpcMessageDecoder.decoder(ServerReflectionResponse.newBuilder()));

  private GrpcRuntime runtime;
  private Wire wire;

  @AfterEach
  void stop() {
    wire.close();
    runtime.close();
  }

  @Test
  void operatorCallsNeedTheBearerToken() {
    start(GrpcRuntime.start());
    runtime.jobs.submit(Submission.of("{}"));
    assertThat(pause("Bearer wrong").status()).isEqualTo(GrpcStatus.UNAUTHENTICATED);
    Wire.Answer<PauseJobResponse> refused = pause(null);
    assertThat(refused.status()).isEqualTo(GrpcStatus.UNAUTHENTICATED);
    assertThat(refused.message()).isEqualTo("gRPC auth token is required for this RPC");
    assertThat(runtime.jobs.calls()).doesNotContain("pause fake-1");
    assertThat(pause("bearer operator-token").answer().getStatus()).isEqualTo("paused");
  }

  @Test
  void withoutAServerTokenTheyAreRefused() {
    start(GrpcRuntime.withoutOperatorToken());
    assertThat(pause("Bearer operator-token").message())
        .isEqualTo("MN_GRPC_AUTH_TOKEN must be set before protected gRPC RPCs can be used");
  }

  @Test
  void whatIsWrongIsToldOnlyToThoseWhoMayAsk() {
    start(GrpcRuntime.start());
    assertThat(
            wire.call(
                    ClusterServiceGrpcClient.DrainNode,
                    DrainNodeRequest.getDefaultInstance(),
                    bearer(null))
                .status())
        .isEqualTo(GrpcStatus.UNAUTHENTICATED);
    var drain =
        wire.call(
            ClusterServiceGrpcClient.DrainNode,
            DrainNodeRequest.getDefaultInstance(),
            bearer("Bearer operator-token"));
    assertThat(drain.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(drain.message()).isEqualTo("node name must look like mirror_neuron@host");
    assertThat(
            wire.call(
                    RuntimeExtServiceGrpcClient.SendMessage,
                    SendMessageRequest.getDefaultInstance(),
                    bearer(null))
                .status())
        .isEqualTo(GrpcStatus.UNAUTHENTICATED);
  }

  @Test
  void theAdminTokenIsAskedForByItsName() {
    start(GrpcRuntime.start());
    runtime.jobs.requireAdminToken("admin-token");
    var refused = wire.call(JobServiceGrpcClient.ClearJobs, ClearJobsRequest.getDefaultInstance());
    assertThat(refused.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
    assertThat(refused.message()).contains("MN_GRPC_ADMIN_TOKEN");
  }

  /** As any gRPC client sends them, by metadata alone. */
  @Test
  void anEventThatIsToldTwiceIsOneEvent() {
    start(GrpcRuntime.start());
    assertThat(emit("{\"n\":1}").answer().getResultJson())
        .contains("\"status\":\"emitted\"", "\"event_id\":\"order-17\"");
    assertThat(emit("{ \"n\" : 1 }").answer().getResultJson())
        .contains("\"status\":\"known\"", "\"event_id\":\"order-17\"");
    Wire.Answer<ScheduleResponse> other = emit("{\"n\":2}");
    assertThat(other.status()).isEqualTo(GrpcStatus.FAILED_PRECONDITION);
    assertThat(other.message()).contains("another event with the id order-17");
    assertThat(emit("{\"n\":1,\"n\":1}").status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
  }

  private Wire.Answer<ScheduleResponse> emit(String payload) {
    EmitTriggerEventRequest request =
        EmitTriggerEventRequest.newBuilder()
            .setEventType("order_paid")
            .setPayloadJson(payload)
            .build();
    return wire.call(
        JobServiceGrpcClient.EmitTriggerEvent,
        request,
        bearer("Bearer operator-token").set("idempotency-key", "order-17"));
  }

  @Test
  void aNetworkOnlyNodeOffersCapacityAndNothingElse() {
    start(GrpcRuntime.networkOnly());
    assertThat(
            wire.call(
                    ClusterServiceGrpcClient.GetSystemSummary,
                    GetSystemSummaryRequest.getDefaultInstance())
                .status())
        .isEqualTo(GrpcStatus.OK);
    assertThat(
            wire.call(ClusterServiceGrpcClient.GetResource, GetResourceRequest.getDefaultInstance())
                .status())
        .isEqualTo(GrpcStatus.OK);
    assertThat(check("").answer().getStatus()).isEqualTo(ServingStatus.SERVING);
    NetworkHandshakeResponse handshake = handshake("join-token").answer();
    assertThat(handshake.getRuntimeMode()).isEqualTo("network_only");
    assertThat(handshake.getNetworkOnly()).isTrue();
    var refused =
        wire.call(
            JobServiceGrpcClient.SubmitJob,
            SubmitJobRequest.newBuilder().setManifestJson("x".repeat(3_000_000)).build());
    assertThat(refused.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
    assertThat(refused.message()).isEqualTo("SubmitJob is disabled while MN_NETWORK_ONLY=true");
    assertThat(pause(null).status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
    assertThat(runtime.jobs.calls()).isEmpty();
  }

  @Test
  void theHandshakeTellsWhoThisNodeIs() throws Exception {
    start(GrpcRuntime.start());
    for (String token : new String[] {"", "wrong"}) {
      var refused = handshake(token);
      assertThat(refused.status()).isEqualTo(GrpcStatus.UNAUTHENTICATED);
      assertThat(refused.message()).isEqualTo("valid MN_NETWORK_JOIN_TOKEN is required");
    }
    NetworkHandshakeResponse answer = handshake(" join-token\n").answer();
    assertThat(answer.getNodeName()).isEqualTo("mirror_neuron@here");
    assertThat(answer.getRuntimeMode()).isEqualTo("full");
    assertThat(answer.getGrpcHost()).isEqualTo("10.0.0.1");
    assertThat(answer.getGrpcPort()).isEqualTo(55051);
    assertThat(answer.getDistPort()).isEqualTo(4370);
    assertThat(answer.getClusterNodes()).isEqualTo("mirror_neuron@a,mirror_neuron@b");
    assertThat(answer.getGrpcAuthToken() + answer.getGrpcAdminToken()).isEmpty();
    assertThat(answer.getRedisHost() + answer.getRedisPort() + answer.getRedisUrl()).isEqualTo("0");
    JsonNode info = Json.parse(answer.getNodeInfoJson());
    assertThat(info.path("node_role").asText()).isEqualTo("main");
    assertThat(info.path("cpu_cores").asInt()).isEqualTo(2);
    assertThat(info.path("gpu_model").isNull()).isTrue();
    assertThat(info.path("gpu_models").isArray()).isTrue();
    assertThat(info.path("memory_gb").asDouble()).isEqualTo(8.0);
  }

  @Test
  void tokensAreHandedOutOnlyWhereTheSettingsSaySo() {
    start(GrpcRuntime.sharingTokens());
    NetworkHandshakeResponse answer = handshake("join-token").answer();
    assertThat(answer.getGrpcAuthToken()).isEqualTo("operator-token");
    assertThat(answer.getGrpcAdminToken()).isEqualTo("admin-token");
  }

  @Test
  void aSharedRedisIsAdvertised() {
    start(GrpcRuntime.withRedis("redis://:secret@10.0.0.1:6390"));
    NetworkHandshakeResponse answer = handshake("join-token").answer();
    assertThat(answer.getRedisHost()).isEqualTo("10.0.0.1");
    assertThat(answer.getRedisPort()).isEqualTo(6390);
    assertThat(answer.getRedisUrl()).isEqualTo("redis://:secret@10.0.0.1:6390");
  }

  @Test
  void limitsThatAreNotAnObjectAreRefusedWithTheirReason() {
    start(GrpcRuntime.start());
    assertThat(setResource("{").message()).startsWith("resource body must be valid JSON: ");
    assertThat(setResource("{").status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(setResource("[1]").message()).isEqualTo("resource limits must be an object");
    assertThat(setResource("{\"cpu\":50}").status()).isEqualTo(GrpcStatus.OK);
  }

  @Test
  void aConfigurationThatIsNoObjectIsRefused() {
    start(GrpcRuntime.start());
    assertThat(submit("not json").message()).startsWith("config_json is malformed at line 1");
    assertThat(submit("not json").status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(submit("[1]").message()).isEqualTo("config_json must be an object");
    assertThat(submit("[".repeat(100_000)).message()).contains("nested deeper than");
    assertThat(runtime.jobs.calls()).isEmpty();
    assertThat(submit("{\"a\":1}").status()).isEqualTo(GrpcStatus.OK);
    assertThat(submit("").status()).isEqualTo(GrpcStatus.OK);
  }

  private Wire.Answer<SubmitJobResponse> submit(String configuration) {
    return wire.call(
        JobServiceGrpcClient.SubmitJob,
        SubmitJobRequest.newBuilder().setManifestJson("{}").setConfigJson(configuration).build());
  }

  @Test
  void answersStayBelowWhatClientsTake() throws Exception {
    start(GrpcRuntime.start());
    runtime.jobs.submit(
        Submission.of(Json.write(Json.object().put("text", "x".repeat(5_000_000)))));
    String detail =
        wire.call(
                JobServiceGrpcClient.GetJob, GetJobRequest.newBuilder().setJobId("fake-1").build())
            .answer()
            .getJobJson();
    assertThat(detail).hasSizeLessThan(1_000_000);
    assertThat(Json.parse(detail).path("summary").path("status").asText()).isEqualTo("running");
    String rows =
        wire.call(
                JobServiceGrpcClient.ListJobs,
                ListJobsRequest.newBuilder().setLimit(Integer.MAX_VALUE).build())
            .answer()
            .getJobsJson();
    assertThat(Json.parse(rows).path("data")).hasSize(1);
  }

  @Test
  void failuresKeepTheTextsThatClientsLookFor() {
    start(GrpcRuntime.start());
    runtime.jobs.failWith(
        new MnException(
            ErrorCode.PRECONDITION,
            "requirements_not_met",
            "no gpu",
            Json.object().put("version", "validation.report/v1"),
            null));
    var unmet = wire.call(JobServiceGrpcClient.SubmitJob, SubmitJobRequest.getDefaultInstance());
    assertThat(unmet.status()).isEqualTo(GrpcStatus.FAILED_PRECONDITION);
    assertThat(unmet.message())
        .isEqualTo("requirements_not_met: {\"version\":\"validation.report/v1\"}");
  }

  @Test
  void deadLettersAreListedWithTheirReason() throws Exception {
    start(GrpcRuntime.start());
    runtime.jobs.submit(Submission.of("{}"));
    var event = Json.object().put("type", "dead_letter").put("agent_id", "worker");
    event.putObject("payload").put("reason", "expired");
    event.putObject("message").put("body", 1);
    runtime.jobs.append("fake-1", event);
    JsonNode letters =
        Json.parse(
            wire.call(
                    RuntimeExtServiceGrpcClient.ListDeadLetters,
                    ListDeadLettersRequest.newBuilder().setJobId("fake-1").build())
                .answer()
                .getResultJson());
    assertThat(letters.path("data")).hasSize(1);
    assertThat(letters.path("data").path(0).path("index").asInt()).isZero();
    assertThat(letters.path("data").path(0).path("event_index").asInt()).isEqualTo(4);
    assertThat(letters.path("data").path(0).path("reason").asText()).isEqualTo("expired");
    assertThat(letters.path("data").path(0).path("message").path("body").asInt()).isEqualTo(1);
  }

  @Test
  void metricsAreThoseOfTheSummary() throws Exception {
    start(GrpcRuntime.start());
    String metrics =
        wire.call(RuntimeExtServiceGrpcClient.GetMetrics, GetMetricsRequest.getDefaultInstance())
            .answer()
            .getResultJson();
    assertThat(Json.parse(metrics)).isEqualTo(tree(runtime.cluster.summary()).get("metrics"));
  }

  @Test
  void healthAndReflectionKnowTheServices() {
    start(GrpcRuntime.start());
    assertThat(check("").answer().getStatus()).isEqualTo(ServingStatus.SERVING);
    assertThat(check("mirrorneuron.job.v1.JobService").answer().getStatus())
        .isEqualTo(ServingStatus.SERVING);
    assertThat(check("nobody").status()).isEqualTo(GrpcStatus.NOT_FOUND);
    ServerReflectionResponse services =
        wire.call(REFLECT, ServerReflectionRequest.newBuilder().setListServices("").build())
            .answer();
    assertThat(
            services.getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName))
        .contains(
            "mirrorneuron.job.v1.JobService",
            "mirrorneuron.cluster.v1.ClusterService",
            "mirrorneuron.observability.v1.ObservabilityService",
            "mirrorneuron.ext.v1.RuntimeExtService",
            "grpc.health.v1.Health");
    assertThat(
            wire.call(
                    REFLECT_ALPHA, ServerReflectionRequest.newBuilder().setListServices("").build())
                .status())
        .isEqualTo(GrpcStatus.UNIMPLEMENTED);
  }

  @Test
  void healthSaysWhenTheServerDoesNotServeAndWatchesAreTold() throws Exception {
    start(GrpcRuntime.start());
    try (HealthClient health =
        new HealthClient(runtime.vertx, "127.0.0.1:" + runtime.server.port())) {
      List<ServingStatus> reported = health.watch("mirrorneuron.job.v1.JobService");
      eventually("the first word", () -> reported.equals(List.of(ServingStatus.SERVING)));

      runtime.serving.set(false);
      assertThat(health.check("")).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(health.check("mirrorneuron.job.v1.JobService"))
          .isEqualTo(ServingStatus.NOT_SERVING);
      eventually("the news", () -> reported.size() == 2);
      runtime.serving.set(true);
      eventually(
          "the good news",
          () ->
              reported.equals(
                  List.of(
                      ServingStatus.SERVING, ServingStatus.NOT_SERVING, ServingStatus.SERVING)));
    }
  }

  @Test
  void aServerThatStopsTellsThoseWhoWatchItsHealth() throws Exception {
    start(GrpcRuntime.start());
    try (HealthClient health =
        new HealthClient(runtime.vertx, "127.0.0.1:" + runtime.server.port())) {
      List<ServingStatus> reported = new CopyOnWriteArrayList<>();
      var end = health.watch("", reported);
      eventually("the first word", () -> reported.equals(List.of(ServingStatus.SERVING)));

      runtime.server.close();

      assertThat(end.await(10, TimeUnit.SECONDS)).isEqualTo(GrpcStatus.UNAVAILABLE);
    }
  }

  @Test
  void onlyWhatCarriesFilesMayBeLarge() {
    start(GrpcRuntime.start());
    assertThat(submit((int) GrpcRuntime.MESSAGE / 2).status()).isEqualTo(GrpcStatus.OK);
    Wire.Answer<?> tooLarge = submit((int) GrpcRuntime.MESSAGE);
    assertThat(tooLarge.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(tooLarge.message())
        .contains(GrpcRuntime.MESSAGE + " bytes", "grpc.max_message_bytes");
    Wire.Answer<?> other =
        wire.call(
            JobServiceGrpcClient.GetJob,
            GetJobRequest.newBuilder().setJobId("x".repeat(5 << 20)).build());
    assertThat(other.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(other.message()).contains("4194304 bytes");
  }

  private Wire.Answer<?> submit(int bytes) {
    return wire.call(
        JobServiceGrpcClient.SubmitJob,
        SubmitJobRequest.newBuilder()
            .setManifestJson("{}")
            .putPayloads("f", ByteString.copyFrom(new byte[bytes]))
            .build());
  }

  @Test
  void aWriteThatADiskRefusesIsNoInternalError() {
    start(GrpcRuntime.start());
    runtime.jobs.intercept(
        call -> {
          throw new UncheckedIOException(
              new FileSystemException("/srv/x", null, "No space left on device"));
        });
    Wire.Answer<PauseJobResponse> refused = pause("Bearer operator-token");

    assertThat(refused.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(refused.message()).isEqualTo("a disk of this server is full; make room on it");
  }

  /** The library ends the connection of a call that takes longer than the server waits. */
  @Test
  void aCallThatTheEndOfTheServerBreaksOffIsNoErrorInTheLog() {
    List<ILoggingEvent> said = new CopyOnWriteArrayList<>();
    AppenderBase<ILoggingEvent> listener =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            said.add(event);
          }
        };
    Logger logger = (Logger) LoggerFactory.getLogger(CallDispatcher.class.getPackageName());
    logger.setLevel(Level.DEBUG);
    listener.start();
    logger.addAppender(listener);
    try {
      start(GrpcRuntime.start());
      CountDownLatch begun = new CountDownLatch(1);
      runtime.jobs.intercept(
          call -> {
            begun.countDown();
            Promise.promise().future().await();
          });
      Thread.startVirtualThread(() -> pause("Bearer operator-token"));
      eventually("the call is under way", () -> begun.getCount() == 0);

      runtime.server.close();

      eventually(
          "it is told in a line for who looks for it",
          () -> said.toString().contains("a call was broken off by the end of this server"));
      assertThat(said).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
    } finally {
      logger.detachAppender(listener);
      logger.setLevel(null);
    }
  }

  @Test
  void aCallThatTheServerDoesNotFinishIsToldSoBeforeTheConnectionCloses() {
    start(GrpcRuntime.start());
    CountDownLatch begun = new CountDownLatch(1);
    runtime.jobs.intercept(
        call -> {
          begun.countDown();
          Promise.promise().future().await();
        });
    CompletableFuture<Wire.Answer<PauseJobResponse>> reported =
        CompletableFuture.supplyAsync(
            () -> pause("Bearer operator-token"), Thread::startVirtualThread);
    eventually("the call is under way", () -> begun.getCount() == 0);

    runtime.server.close();

    assertThat(reported.join().status()).isEqualTo(GrpcStatus.UNAVAILABLE);
    assertThat(reported.join().message())
        .isEqualTo(
            "this server has ended before it had an answer; look whether it happened before you"
                + " ask again");
  }

  private void start(GrpcRuntime started) {
    runtime = started;
    wire = new Wire(started);
  }

  private Wire.Answer<PauseJobResponse> pause(String authorization) {
    return wire.call(
        JobServiceGrpcClient.PauseJob,
        PauseJobRequest.newBuilder().setJobId("fake-1").build(),
        bearer(authorization));
  }

  private Wire.Answer<NetworkHandshakeResponse> handshake(String token) {
    return wire.call(
        ClusterServiceGrpcClient.NetworkHandshake,
        NetworkHandshakeRequest.newBuilder().setToken(token).build());
  }

  private Wire.Answer<io.mirrorneuron.proto.cluster.v1.SetResourceResponse> setResource(
      String json) {
    return wire.call(
        ClusterServiceGrpcClient.SetResource,
        SetResourceRequest.newBuilder().setResourceJson(json).build());
  }

  private Wire.Answer<HealthCheckResponse> check(String service) {
    return wire.call(CHECK, HealthCheckRequest.newBuilder().setService(service).build());
  }

  private static MultiMap bearer(String authorization) {
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    return authorization == null ? metadata : metadata.add("authorization", authorization);
  }
}
