package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.ConfigException;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.ClusterPorts;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that do not fit together, and what their callers are told. */
@Timeout(120)
@Proof.Cluster
class ClusterDoorsIT {
  private static final String TOKEN = "t0ken";

  @TempDir Path folder;
  private final ClusterPorts ports = ClusterPorts.of(3);

  private App start(ServerRole role, int index, Map<String, String> more) {
    Map<String, String> settings = new LinkedHashMap<>(ports.member(index));
    settings.put("home", folder.resolve("home-" + index).toString());
    settings.put("temp_dir", folder.resolve("tmp").toString());
    settings.put("api.port", "0");
    settings.put("grpc.port", "0");
    settings.put("api.token", TOKEN);
    settings.put("executor.confine", "off");
    settings.putAll(more);
    return App.start(
        new ConfigLoader(Map.of(), null, settings, folder).load(),
        role,
        Map.of("PATH", System.getenv("PATH")));
  }

  private static HttpResponse<String> get(App gateway, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway.endpoints().apiUrl() + path))
            .header("Authorization", "Bearer " + TOKEN)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void aGatewayWithoutAnyServerSaysSoAndServesWhenThereIsOne() throws Exception {
    try (App gateway = start(ServerRole.GATEWAY, 0, Map.of())) {
      HttpResponse<String> alone = get(gateway, "/jobs");
      assertThat(alone.statusCode()).isEqualTo(503);
      assertThat(alone.body()).contains("\"no_areas\"").contains("vertx.cluster");
      assertThat(alone.headers().firstValue("Retry-After")).isPresent();
      assertThat(get(gateway, "/health/ready").statusCode()).isEqualTo(503);

      try (App runtime = start(ServerRole.RUNTIME, 1, Map.of())) {
        assertThat(runtime.endpoints().api()).isNull();
        assertThat(get(gateway, "/jobs").statusCode()).isEqualTo(200);
        assertThat(get(gateway, "/health/ready").statusCode()).isEqualTo(200);
      }
      assertThat(get(gateway, "/jobs").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void aGatewayWithAnotherJoinTokenIsNotAnsweredAndToldWhy() throws Exception {
    try (App runtime = start(ServerRole.RUNTIME, 0, Map.of());
        App gateway = start(ServerRole.GATEWAY, 1, Map.of("network.join_token", "another-token"))) {
      HttpResponse<String> answer = get(gateway, "/jobs");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("network.join_token").doesNotContain("another-token");
      assertThat(runtime.endpoints().grpc()).isNotNull();
    }
  }

  @Test
  void messagesGoByTlsBetweenMembersWithCertificatesOnly() throws Exception {
    TestCertificate certificate = TestCertificate.of("127.0.0.1", folder);
    Map<String, String> tls =
        Map.of(
            "vertx.cluster.tls_key", certificate.keyPem().toString(),
            "vertx.cluster.tls_cert", certificate.pem().toString(),
            "vertx.cluster.tls_ca", certificate.pem().toString());
    try (App runtime = start(ServerRole.RUNTIME, 0, tls);
        App gateway = start(ServerRole.GATEWAY, 1, tls);
        App plain = start(ServerRole.GATEWAY, 2, Map.of())) {
      assertThat(runtime.endpoints().grpc()).isNotNull();
      assertThat(get(gateway, "/jobs").statusCode()).isEqualTo(200);
      assertThat(get(plain, "/jobs").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void whatCannotBeIsRefusedAtTheStartWithASentence() {
    assertThatThrownBy(() -> start(ServerRole.GATEWAY, 0, Map.of("network.join_token", "")))
        .isInstanceOf(MnException.class)
        .hasMessageContaining("network.join_token");
    assertThatThrownBy(
            () -> start(ServerRole.GATEWAY, 0, Map.of("vertx.cluster.host", "192.0.2.1")))
        .isInstanceOf(MnException.class)
        .hasMessageContaining("vertx.cluster.host and port, 192.0.2.1:" + ports.port(0));
    assertThatThrownBy(
            () ->
                start(
                    ServerRole.GATEWAY,
                    0,
                    Map.of("vertx.cluster.host", "192.0.2.1", "api.token", "")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("can be reached from other machines");
    assertThatThrownBy(() -> start(ServerRole.GATEWAY, 0, Map.of("vertx.cluster.tls_ca", "ca.pem")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("vertx.cluster.tls_key");
  }
}
