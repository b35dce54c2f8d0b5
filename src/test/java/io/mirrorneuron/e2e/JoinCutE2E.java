package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mirrorneuron.e2e.HostServer.Answer;
import io.mirrorneuron.testing.Hosts;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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

/**
 * A host that is cut off while its server joins: it is as it was, or in the cluster, and can be
 * added again; nothing is lost. Skipped, with the reason, where there can be no network namespaces.
 */
@Timeout(240)
@Proof.Cluster
class JoinCutE2E {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String MAIN = "mirror_neuron@host-1";
  private static final String WORKER = "mirror_neuron@host-2";
  private static final String TOKEN = "token-of-the-worker";

  @TempDir Path folder;
  private Hosts hosts;
  private HostServer main;
  private HostServer worker;

  @BeforeEach
  void start() throws IOException {
    String obstacle = Hosts.obstacle();
    assumeTrue(obstacle == null, obstacle);
    hosts = Hosts.up(2);
    main = exposed(1, "token-of-the-main-one");
    worker = exposed(2, TOKEN);
  }

  private HostServer exposed(int host, String token) throws IOException {
    return HostServer.start(
        hosts,
        host,
        folder.resolve("host-" + host),
        Map.of(
            "MN_NETWORK_EXPOSE",
            "true",
            "MN_NETWORK_ADVERTISE_HOST",
            hosts.address(host),
            "MN_NETWORK_JOIN_TOKEN",
            token,
            "MN_GRPC_AUTH_TOKEN",
            "of-clients"));
  }

  @AfterEach
  void stop() {
    if (worker != null) {
      worker.close();
    }
    if (main != null) {
      main.close();
    }
    if (hosts != null) {
      hosts.close();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {20, 300, 2000})
  void itIsOneOrTheOtherAndCanBeAddedAgain(long afterMillis) {
    String own = worker.submit("own", "true");
    eventually("it is over", PATIENCE, () -> "completed".equals(worker.statusOf(own)));

    CompletableFuture<Answer> adding = CompletableFuture.supplyAsync(this::add);
    CompletableFuture.runAsync(
            () -> hosts.cut(2),
            CompletableFuture.delayedExecutor(afterMillis, TimeUnit.MILLISECONDS))
        .join();
    Answer first = adding.join();
    assertThat(first.body().toString()).doesNotContain(TOKEN);
    assertThat(first.status()).isIn(200, 422, 502, 503, 504);
    eventually("main answers", PATIENCE, () -> living(main).contains(MAIN));
    hosts.heal(2);

    Set<String> both = Set.of(MAIN, WORKER);
    eventually(
        "it joins", PATIENCE, () -> add().body().path("status").asText().equals("connected"));
    eventually(
        "each knows both",
        PATIENCE,
        () -> living(main).equals(both) && living(worker).equals(both));

    Answer removed =
        main.call(
            "POST",
            "/system/cluster/nodes:remove",
            Json.write(Json.object().put("node_name", WORKER)));
    assertThat(removed.status()).as(removed.body().toString()).isEqualTo(200);
    eventually(
        "it is alone, with what it had",
        PATIENCE,
        () -> living(worker).equals(Set.of(WORKER)) && "completed".equals(worker.statusOf(own)));
  }

  private Answer add() {
    String body = Json.write(Json.object().put("host", hosts.address(2)).put("token", TOKEN));
    return main.call("POST", "/system/cluster/nodes:add", body);
  }

  private static Set<String> living(HostServer server) {
    return Json.elements(server.call("GET", "/system/summary", null).body().path("nodes"))
        .filter(node -> !node.path("status").asText().equals("offline"))
        .map(node -> node.path("name").asText())
        .collect(Collectors.toSet());
  }
}
