package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.ClusterPorts;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateways and two servers with areas, each a process, joined by nothing but the bus; kills in the
 * middle of what a client follows.
 */
@Timeout(240)
@Proof.Cluster
class ClusteredProcessesE2E {
  private static final Duration TAKE_OVER = Duration.ofSeconds(90);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path folder;
  private final ClusterPorts ports = ClusterPorts.of(4);
  private RedisServer redis;
  private ClusterMember first;
  private ClusterMember second;
  private ClusterMember gateway;

  @BeforeEach
  void start() {
    redis = RedisFixture.server(folder.resolve("redis"));
    first = runtime(0, "one");
    gateway = ClusterMember.start("gateway", folder.resolve("g"), ports.member(2));
    assertThat(first.hasEndpoint()).isFalse();
  }

  @AfterEach
  void stop() throws Exception {
    for (ClusterMember member : new ClusterMember[] {gateway, second, first}) {
      if (member != null) {
        member.close();
      }
    }
    redis.close();
  }

  private ClusterMember runtime(int index, String name) {
    Map<String, String> settings = new LinkedHashMap<>(ports.member(index));
    settings.put("redis.url", redis.uri());
    settings.put("node.name", "mirror_neuron@" + name);
    settings.put("executor.confine", "off");
    return ClusterMember.start("runtime", folder.resolve(name), settings);
  }

  private String submit(String name, int workers, String seconds) throws Exception {
    List<String> names = IntStream.range(0, workers).mapToObj("w%02d"::formatted).toList();
    String manifest =
        SampleManifests.fanOut(name, names, worker -> new String[] {"sleep", seconds});
    HttpRequest request =
        gateway
            .request("/jobs")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"manifest\":" + manifest + "}"))
            .build();
    HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
    return Json.parseObject(answer.body(), "answer").path("job_id").asText();
  }

  private List<JsonNode> log(String job) throws Exception {
    HttpRequest request = gateway.request("/jobs/" + job + "/events?after=0&limit=5000").build();
    HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return StreamSupport.stream(
            Json.parseObject(answer.body(), "answer").path("data").spliterator(), false)
        .toList();
  }

  /** Connects again, as clients do, until the end of the job was told. */
  private void followToTheEnd(EventFollower follower) {
    Eventually.eventually(
        "the end of the job",
        TAKE_OVER,
        () -> {
          try {
            follower.follow(path -> gateway.request(path), Long.MAX_VALUE);
          } catch (IOException | AssertionError e) {
            System.out.println("the stream ended: " + e);
          }
          return follower.hasEnded();
        });
  }

  private void assertWhole(EventFollower follower, String job) throws Exception {
    assertThat(follower.events()).isEqualTo(log(job));
    assertThat(follower.events())
        .extracting(event -> event.path("seq").asInt())
        .isEqualTo(IntStream.rangeClosed(1, follower.events().size()).boxed().toList());
    assertThat(follower.events().getLast().path("type").asText()).isEqualTo("job_completed");
  }

  @Test
  void theServerThatAnswersIsKilledWhileAClientFollows() throws Exception {
    String job = submit("killed", 8, "1");
    EventFollower follower = new EventFollower(job);
    follower.follow(path -> gateway.request(path), 1500);
    assertThat(follower.hasEnded()).isFalse();
    second = runtime(1, "two");
    CompletableFuture<Void> followed = CompletableFuture.runAsync(() -> followToTheEnd(follower));
    Eventually.eventually("it follows", () -> follower.connections() == 2);

    first.kill9();

    followed.join();
    assertWhole(follower, job);
  }

  @Test
  void theGatewayIsKilledWhileAClientFollows() throws Exception {
    String job = submit("cut", 10, "0.3");
    EventFollower follower = new EventFollower(job);
    follower.follow(path -> gateway.request(path), 1500);
    assertThat(follower.hasEnded()).isFalse();

    gateway.kill9();
    gateway = ClusterMember.start("gateway", folder.resolve("h"), ports.member(3));
    followToTheEnd(follower);

    assertWhole(follower, job);
  }
}
