package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Whole;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lists tell of servers that come and go within moments: here only their heartbeats. */
@Whole
class NodeListsIT {
  private static final String OTHER = "mirror_neuron@other";

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private RedisServer redis;
  private WholeServer server;
  private NodeRegistry registry;

  @BeforeEach
  void start() {
    redis = RedisFixture.server(folder);
    server =
        WholeServer.start(
            folder.resolve("one"),
            Map.of("redis.url", redis.uri(), "node.name", "mirror_neuron@one"));
    String namespace =
        new ConfigLoader(Map.of(), null, Map.of(), folder).load().redis().namespace();
    registry =
        new RedisNodeRegistry(
            RedisPipelines.connect(vertx, redis.uri(), Storage.unwatched()).await(),
            new Keys(namespace),
            Lifetime.DEFAULT);
  }

  @AfterEach
  void stop() {
    server.close();
    vertx.close().await();
    redis.close();
  }

  private static <T> T await(CompletionStage<T> answer) {
    return answer.toCompletableFuture().join();
  }

  private List<String> listed() {
    return server.cluster().overview().nodes().stream()
        .map(node -> node.name() + " " + node.status())
        .sorted()
        .toList();
  }

  @Test
  void aServerThatDiesBeforeItHasToldOfItselfIsOffline() {
    await(registry.beat(OTHER + "#1"));
    eventually("the server knows of it", () -> !await(registry.described()).isEmpty());
    await(registry.leave(OTHER + "#1"));

    eventually(
        "it is offline",
        () -> listed().equals(List.of("mirror_neuron@one healthy", OTHER + " offline")));
    ClusterNode gone = server.cluster().summary().nodes().getLast();
    assertThat(gone.takesWork()).isFalse();
    assertThat(gone.pools()).isEmpty();
    assertThat(server.cluster().resource().json().path("nodes")).hasSize(1);
    assertThat(server.cluster().upkeep().status(OTHER).status().word()).isEqualTo("offline");
  }

  private void lives(NodeRegistry its, String owner, String host) {
    String record =
        "{\"node\":{\"name\":\"%s\",\"status\":\"healthy\",\"hostname\":\"%s\"},\"resource\":{}}"
            .formatted(NodeRegistry.nameOf(owner), host);
    its.describe(owner, () -> record);
    await(its.beat(owner));
    await(its.beat(owner)); // once it knows of others it tells of itself
  }

  @Test
  void aServerThatIsBackWithANewHomeIsListedOnce() {
    lives(registry, OTHER + "#old", "old");
    eventually("both are there", () -> listed().contains(OTHER + " healthy"));
    await(registry.leave(OTHER + "#old"));
    eventually("it is gone", () -> listed().contains(OTHER + " offline"));

    lives(registry, OTHER + "#new", "new");

    assertThat(listed()).containsExactly("mirror_neuron@one healthy", OTHER + " healthy");
    assertThat(server.cluster().overview().nodeDocuments().get(1).path("hostname").asText())
        .isEqualTo("new");
    await(registry.leave(OTHER + "#new"));
    assertThat(listed()).containsExactly("mirror_neuron@one healthy", OTHER + " offline");
    assertThat(server.cluster().overview().nodeDocuments().get(1).path("hostname").asText())
        .isEqualTo("new");
  }

  @Test
  void aServerThatDiedWithTheNameOfTheOneThatAnswersIsNotListedBesideIt() {
    await(registry.beat(OTHER + "#1"));
    await(registry.beat("mirror_neuron@one#old"));
    eventually("the server knows of others", () -> !await(registry.described()).isEmpty());
    await(registry.leave("mirror_neuron@one#old"));
    await(registry.leave(OTHER + "#1"));

    assertThat(listed()).containsExactly("mirror_neuron@one healthy", OTHER + " offline");
  }
}
