package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that is killed while it joins is as it was, or in the cluster; nothing is lost. */
@Timeout(180)
@Proof.Kills
class JoinKillE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String MAIN = "mirror_neuron@127.0.0.1";
  private static final String WORKER = "mirror_neuron@worker";
  private static final String TOKEN = "token-of-the-worker";

  @TempDir Path folder;
  private PackagedServer main;
  private PackagedServer worker;

  @BeforeEach
  void start() {
    main =
        PackagedServer.start(
            folder.resolve("main"),
            Map.of(
                "MN_NETWORK_EXPOSE", "true",
                "MN_NETWORK_ADVERTISE_HOST", "127.0.0.1",
                "MN_NETWORK_REDIS_PORT", Integer.toString(FreePort.at("127.0.0.1"))));
    worker =
        PackagedServer.start(
            folder.resolve("worker"),
            Map.of("MN_NODE_NAME", WORKER, "MN_NETWORK_JOIN_TOKEN", TOKEN));
  }

  @AfterEach
  void stop() {
    worker.close();
    main.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {20, 200, 1500})
  void itIsOneOrTheOtherAndCanBeAddedAgain(long afterMillis) {
    String own = worker.submit(SampleManifests.program("own", "true"));
    worker.awaitEnd(own);

    CompletableFuture<Optional<HttpResponse<String>>> adding =
        CompletableFuture.supplyAsync(() -> main.trySend(add()));
    CompletableFuture.runAsync(
            worker::kill9, CompletableFuture.delayedExecutor(afterMillis, TimeUnit.MILLISECONDS))
        .join();
    assertThat(adding.join().orElseThrow().body()).doesNotContain(TOKEN);
    worker.restart();

    Set<String> both = Set.of(MAIN, WORKER);
    assertThat(living(worker)).isIn(Set.of(WORKER), both);
    eventually("it joins", PATIENCE, () -> main.send(add()).body().contains("\"connected\""));
    eventually(
        "each knows both",
        PATIENCE,
        () -> living(main).equals(both) && isUp(worker) && living(worker).equals(both));

    PackagedServer.answer(
        main.post("/system/cluster/nodes:remove", Json.object().put("node_name", WORKER)));
    eventually("it is alone, with what it had", PATIENCE, () -> isUp(worker) && has(worker, own));
    assertThat(living(worker)).containsExactly(WORKER);
  }

  private HttpRequest.Builder add() {
    String[] endpoint = worker.grpc().split(":");
    ObjectNode body =
        Json.object()
            .put("host", endpoint[0])
            .put("grpc_port", Integer.parseInt(endpoint[1]))
            .put("token", TOKEN);
    return main.request("/system/cluster/nodes:add")
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)));
  }

  /** Not while it starts anew. */
  private static boolean isUp(PackagedServer server) {
    return server.trySend(server.request("/system/summary")).isPresent();
  }

  private static boolean has(PackagedServer server, String job) {
    return server
        .trySend(server.request("/jobs/" + job))
        .filter(answer -> answer.statusCode() == 200)
        .isPresent();
  }

  private static Set<String> living(PackagedServer server) {
    return Json.elements(server.get("/system/summary").path("nodes"))
        .filter(node -> !node.path("status").asText().equals("offline"))
        .map((JsonNode node) -> node.path("name").asText())
        .collect(Collectors.toSet());
  }
}
