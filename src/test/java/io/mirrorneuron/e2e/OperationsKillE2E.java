package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.proto.operations.v1.GetOperationRequest;
import io.mirrorneuron.proto.operations.v1.OperationEventResponse;
import io.mirrorneuron.proto.operations.v1.OperationsServiceGrpcClient;
import io.mirrorneuron.proto.operations.v1.StartOperationRequest;
import io.mirrorneuron.proto.operations.v1.StreamOperationEventsRequest;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.common.ServiceMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server is killed (SIGKILL) in the middle of an operation: the next start goes on with it, and
 * tells each job once.
 */
@Timeout(240)
@Whole
class OperationsKillE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int JOBS = 40;

  @TempDir Path folder;

  /** Calls as a client of release 1.2.31 makes them. */
  private static final class Calls implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final GrpcClient client = GrpcClient.client(vertx);
    private final PackagedServer server;
    private final String token;

    Calls(PackagedServer server) {
      this.server = server;
      token =
          new ConfigLoader(
                  Map.of("MN_HOME", server.home().toString()), null, Map.of(), server.home())
              .load()
              .grpc()
              .authToken()
              .value();
    }

    <Q, R> Future<List<R>> all(ServiceMethod<R, Q> method, Q request) {
      String[] place = server.grpc().split(":");
      SocketAddress address = SocketAddress.inetSocketAddress(Integer.parseInt(place[1]), place[0]);
      List<R> answers = new CopyOnWriteArrayList<>();
      return client
          .<Q, R>request(address, method)
          .compose(
              call -> {
                call.headers().set("authorization", "Bearer " + token);
                return call.send(request);
              })
          .compose(
              response -> {
                response.handler(answers::add);
                return response.end();
              })
          .map(ended -> answers);
    }

    private <Q, R> R one(ServiceMethod<R, Q> method, Q request) throws Exception {
      return all(method, request).await(30, TimeUnit.SECONDS).getFirst();
    }

    String start(String kind) throws Exception {
      var request = StartOperationRequest.newBuilder().setKind(kind).setVersion(1).build();
      String begun = one(OperationsServiceGrpcClient.StartOperation, request).getOperationJson();
      return Json.parseObject(begun, "operation").path("operation_id").asText();
    }

    JsonNode get(String id) throws Exception {
      var request = GetOperationRequest.newBuilder().setOperationId(id).build();
      String reported = one(OperationsServiceGrpcClient.GetOperation, request).getOperationJson();
      return Json.parseObject(reported, "operation");
    }

    List<JsonNode> events(String id) throws Exception {
      var request =
          StreamOperationEventsRequest.newBuilder().setOperationId(id).setFollow(true).build();
      List<JsonNode> events = new ArrayList<>();
      List<OperationEventResponse> all =
          all(OperationsServiceGrpcClient.StreamOperationEvents, request)
              .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      all.forEach(event -> events.add(Json.parseObject(event.getEventJson(), "event")));
      return events;
    }

    @Override
    public void close() {
      client.close().await();
      vertx.close().await();
    }
  }

  @Test
  void anOperationGoesOnWithTheNextStartAndTellsEachJobOnce() throws Exception {
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"));
        Calls calls = new Calls(server)) {
      List<String> jobs =
          IntStream.range(0, JOBS)
              .mapToObj(i -> server.submit(SampleManifests.program("long-" + i, "sleep", "600")))
              .toList();

      killedInTheMiddle(server, calls, "cancel_all_jobs", "cancelled", jobs);
      assertThat(server.programs()).as("programs that nobody ends").isEmpty();
      Eventually.eventually(
          "runs are written, and can be cleared",
          PATIENCE,
          () -> jobs.stream().allMatch(job -> server.status(job).equals("cancelled")));

      killedInTheMiddle(server, calls, "clear_jobs", "cleared", jobs);
      assertThat(server.get("/jobs?limit=100").path("data")).isEmpty();
    }
  }

  private static void killedInTheMiddle(
      PackagedServer server, Calls calls, String kind, String status, List<String> jobs)
      throws Exception {
    String id = calls.start(kind);
    server.kill9();
    server.restart();

    List<JsonNode> events = calls.events(id);
    JsonNode over = calls.get(id);

    assertThat(over.path("status").asText()).as("%s", over).isEqualTo("completed");
    assertThat(over.at("/counters/succeeded").asInt()).isEqualTo(jobs.size());
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).path("sequence").asInt()).isEqualTo(i + 1);
    }
    Set<String> reported = new HashSet<>();
    for (JsonNode event : events) {
      if (event.path("type").asText().equals("item_completed")) {
        assertThat(reported.add(event.path("item_id").asText()))
            .as("told once: %s", event)
            .isTrue();
        assertThat(event.path("status").asText()).isEqualTo(status);
      }
    }
    assertThat(reported).containsExactlyInAnyOrderElementsOf(jobs);
  }
}
