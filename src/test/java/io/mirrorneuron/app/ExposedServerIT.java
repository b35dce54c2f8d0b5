package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeRequest;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeResponse;
import io.mirrorneuron.testing.FreePort;
import io.mirrorneuron.testing.Whole;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a whole server tells who knows its join token, and what it opens then. */
@Timeout(120)
@Whole
class ExposedServerIT {
  private static final String TOKEN = "a-join-token-of-this-test";

  @TempDir Path home;
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private NetworkHandshakeResponse handshake(WholeServer server) {
    SocketAddress endpoint =
        SocketAddress.inetSocketAddress(server.grpc().port(), server.grpc().host());
    GrpcClient client =
        GrpcClient.client(
            vertx,
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
    return client
        .request(endpoint, ClusterServiceGrpcClient.NetworkHandshake)
        .compose(call -> call.send(NetworkHandshakeRequest.newBuilder().setToken(TOKEN).build()))
        .compose(response -> response.last())
        .await();
  }

  private static String password() throws Exception {
    byte[] text = ("mirror-neuron:redis:" + TOKEN).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
  }

  @Test
  void anExposedServerIsReachedAtItsAddressWithThePasswordOfTheToken() throws Exception {
    int port = FreePort.at("127.0.0.2");
    Map<String, String> settings =
        Map.of(
            "network.expose",
            "true",
            "network.advertise_host",
            "127.0.0.2",
            "network.redis_port",
            Integer.toString(port),
            "network.join_token",
            TOKEN);
    String url;
    try (WholeServer server = WholeServer.start(home, settings)) {
      assertThat(server.grpc().host()).isEqualTo("127.0.0.2");
      NetworkHandshakeResponse answer = handshake(server);
      assertThat(answer.getNodeName()).isEqualTo("mirror_neuron@127.0.0.2");
      assertThat(answer.getGrpcHost()).isEqualTo("127.0.0.2");
      assertThat(answer.getGrpcPort()).isEqualTo(server.grpc().port());
      assertThat(answer.getRedisHost()).isEqualTo("127.0.0.2");
      assertThat(answer.getRedisPort()).isEqualTo(port);
      url = answer.getRedisUrl();
      assertThat(url).isEqualTo("redis://:%s@127.0.0.2:%d".formatted(password(), port));
      Redis client = Redis.createClient(vertx, url);
      assertThat(client.send(Request.cmd(Command.PING)).await().toString()).isEqualTo("PONG");
      assertThatThrownBy(
              () ->
                  client.send(Request.cmd(Command.REPLICAOF).arg("127.0.0.1").arg("6379")).await())
          .hasMessageContaining("unknown command");
      client.close();
    }
    assertThat(filesOtherThanConfiguration()).doesNotContain(password(), TOKEN);
    try (WholeServer alone = WholeServer.start(home, Map.of("network.join_token", TOKEN))) {
      NetworkHandshakeResponse answer = handshake(alone);
      assertThat(answer.getGrpcHost()).isEqualTo("localhost");
      assertThat(answer.getRedisHost() + answer.getRedisUrl()).isEmpty();
      assertThatThrownBy(
              () -> Redis.createClient(vertx, url).send(Request.cmd(Command.PING)).await())
          .as("nothing listens there any more")
          .hasMessageContaining("refused");
    }
  }

  private String filesOtherThanConfiguration() throws Exception {
    try (Stream<Path> files = Files.walk(home)) {
      return files
          .filter(file -> Files.isRegularFile(file) && !file.endsWith("redis.conf"))
          .filter(file -> !file.startsWith(home.resolve("redis/bin")))
          .map(ExposedServerIT::content)
          .collect(Collectors.joining("\n"));
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
