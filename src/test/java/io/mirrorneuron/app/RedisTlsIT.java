package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.testing.BucketIndexes;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisClusterFixture;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.TestCertificate;
import io.mirrorneuron.testing.TlsWire;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server that reaches Redis, one or a cluster, by TLS alone. */
@Timeout(180)
@Proof.Cluster
class RedisTlsIT {
  @TempDir Path folder;
  private TestCertificate certificate;

  @BeforeEach
  void make() {
    certificate = TestCertificate.of("127.0.0.1", folder);
  }

  private WholeServer server(Map<String, String> settings) {
    return WholeServer.start(folder.resolve("home"), settings);
  }

  private static String submit(WholeServer server) {
    return server
        .jobs()
        .submit(Submission.of(SampleManifests.program("hidden", "sh", "-c", "true")))
        .jobId();
  }

  private static void ends(WholeServer server, String job) {
    eventually("it ends", () -> server.jobs().get(job).facts().status().equals("completed"));
  }

  @Test
  void jobsLieOnARedisClusterWithAPasswordBehindTls() throws IOException {
    try (RedisClusterFixture redis =
        RedisClusterFixture.startBehindTls(folder.resolve("redis"), certificate)) {
      Map<String, String> settings = new HashMap<>();
      String seed = redis.nodes().getFirst().address();
      settings.put("redis.cluster", "rediss://" + seed);
      settings.put("redis.password", redis.seeds().password().value());
      assertThatThrownBy(() -> server(settings))
          .hasMessageContaining("nobody who is trusted has signed")
          .hasMessageContaining("MN_REDIS_TLS_CA");

      settings.put("redis.tls_ca", certificate.pem().toString());
      List<String> jobs = new ArrayList<>();
      try (WholeServer server = server(settings)) {
        for (int i = 0; i < 8; i++) {
          jobs.add(submit(server));
        }
        jobs.forEach(job -> ends(server, job));
      }
      try (WholeServer server = server(settings)) {
        jobs.forEach(job -> ends(server, job));
        assertThat(server.jobs().list(100, true).data()).hasSize(jobs.size());
      }
      assertThat(BucketIndexes.problems(redis, new Keys("mirror_neuron"))).isEmpty();

      settings.remove("redis.password");
      assertThatThrownBy(() -> server(settings)).hasMessageContaining("asks for a password");
    }
  }

  @Test
  void jobsLieOnARedisBehindTls() {
    try (RedisFixture redis = RedisFixture.start(folder)) {
      String socket = URI.create(redis.uri()).getPath();
      int port =
          TlsWire.before(redis.vertx(), SocketAddress.domainSocketAddress(socket), certificate);
      Map<String, String> settings = new HashMap<>();
      settings.put("redis.url", "rediss://:" + RedisFixture.PASSWORD + "@127.0.0.1:" + port);
      assertThatThrownBy(() -> server(settings)).hasMessageContaining("MN_REDIS_TLS_CA");

      settings.put("redis.tls_ca", certificate.pem().toString());
      try (WholeServer server = server(settings)) {
        ends(server, submit(server));
      }

      settings.put("redis.url", "rediss://:" + RedisFixture.PASSWORD + "@localhost:" + port);
      assertThatThrownBy(() -> server(settings)).hasMessageContaining("for another host");
    }
  }

  @Test
  void whoMixesUpTlsAndNoTlsIsToldSo() {
    try (RedisFixture redis = RedisFixture.start(folder)) {
      SocketAddress socket = SocketAddress.domainSocketAddress(URI.create(redis.uri()).getPath());
      String at = ":" + RedisFixture.PASSWORD + "@127.0.0.1:";
      int tls = TlsWire.before(redis.vertx(), socket, certificate);
      assertThatThrownBy(() -> server(Map.of("redis.url", "redis://" + at + tls)))
          .hasMessageContaining(tls + " speaks TLS there; rediss:// may be meant")
          .hasMessageNotContaining(RedisFixture.PASSWORD);

      int plain = wire(redis.vertx(), socket);
      assertThatThrownBy(() -> server(Map.of("redis.url", "rediss://" + at + plain)))
          .hasMessageContaining(plain + " does not speak TLS there")
          .hasMessageContaining("redis:// may be meant")
          .hasMessageNotContaining(RedisFixture.PASSWORD);
    }
  }

  /** A port before a socket, without TLS. */
  private static int wire(Vertx vertx, SocketAddress place) {
    NetClient client = vertx.createNetClient();
    return vertx
        .createNetServer()
        .connectHandler(
            from -> {
              from.pause();
              client
                  .connect(place)
                  .onSuccess(
                      to -> {
                        from.pipeTo(to);
                        to.pipeTo(from);
                      })
                  .onFailure(away -> from.close());
            })
        .listen(0, "127.0.0.1")
        .await()
        .actualPort();
  }
}
