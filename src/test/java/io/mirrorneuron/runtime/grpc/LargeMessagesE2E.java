package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.SubmitJobRequest;
import io.mirrorneuron.proto.job.v1.SubmitJobResponse;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Submissions as large as they may be, against heaps that could not hold many of them. */
@Timeout(180)
@Proof.Limits
class LargeMessagesE2E {
  private static final int PAYLOAD = 63 << 20;
  private static final int AT_ONCE = 8;

  @TempDir Path folder;

  @Test
  void oneIsTakenByAServerAsItComes() throws Exception {
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      assertThat(submit(server, 1)).containsExactly(GrpcStatus.OK);
      assertThat(server.isAlive()).isTrue();
    }
  }

  @Test
  void manyAtOnceAreRefusedRatherThanTheServerLost() throws Exception {
    try (PackagedServer server =
        PackagedServer.start(folder.resolve("home"), Map.of("MN_JVM_HEAP", "512m"))) {
      assertThat(submit(server, AT_ONCE))
          .isSubsetOf(GrpcStatus.OK, GrpcStatus.RESOURCE_EXHAUSTED)
          .contains(GrpcStatus.RESOURCE_EXHAUSTED);
      assertThat(server.isAlive()).isTrue();
      assertThat(server.get("/jobs").path("data").isArray()).isTrue();
    }
  }

  private static List<GrpcStatus> submit(PackagedServer server, int times) throws Exception {
    String token = Files.readString(server.home().resolve("grpc_auth.token")).strip();
    SubmitJobRequest request =
        SubmitJobRequest.newBuilder()
            .setManifestJson(SampleManifests.routers("large", 1))
            .putPayloads("data", ByteString.copyFrom(new byte[PAYLOAD]))
            .build();
    int port = Integer.parseInt(server.grpc().substring(server.grpc().lastIndexOf(':') + 1));
    Vertx vertx = Vertx.vertx();
    List<Future<GrpcStatus>> calls = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < times; i++) {
        calls.add(threads.submit(() -> submit(vertx, port, token, request)));
      }
    }
    List<GrpcStatus> ends = new ArrayList<>();
    for (Future<GrpcStatus> call : calls) {
      ends.add(call.get());
    }
    vertx.close().await();
    return ends;
  }

  private static GrpcStatus submit(Vertx vertx, int port, String token, SubmitJobRequest request) {
    try (Wire wire = new Wire(vertx, port)) {
      Wire.Answer<SubmitJobResponse> answer =
          wire.call(
              JobServiceGrpcClient.SubmitJob,
              request,
              MultiMap.caseInsensitiveMultiMap().add("authorization", "Bearer " + token));
      return answer.status();
    }
  }
}
