package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppIT {
  @TempDir Path home;

  private Config config() {
    return new ConfigLoader(
            Map.of(),
            null,
            Map.of(
                "home",
                home.toString(),
                "api.port",
                "0",
                "grpc.port",
                "0",
                "resource.admission_enabled",
                "false"),
            home)
        .load();
  }

  @Test
  void aServerThatWasClosedLetsTheNextOneIn() {
    App.start(config(), ServerRole.RUNTIME, Map.of()).close();
    App.start(config(), ServerRole.RUNTIME, Map.of()).close();
    assertThat(home.resolve("redis/redis.sock")).doesNotExist();
    assertThat(home.resolve("runtime-endpoints.json")).doesNotExist();
    assertThat(home.resolve("network.token")).exists();
  }

  @Test
  void aServerThatCannotStartLeavesNothingBehind() {
    try (App _ = App.start(config(), ServerRole.RUNTIME, Map.of())) {
      assertThatThrownBy(() -> App.start(config(), ServerRole.RUNTIME, Map.of()))
          .isInstanceOf(MnException.class)
          .hasMessageStartingWith("another MirrorNeuron");
      assertThat(home.resolve("redis/redis.sock")).exists();
    }
  }

  @Test
  void whereAnyPortWasAskedForTheStatusNamesTheOnesThatWereTaken() throws Exception {
    Map<String, String> page = Map.of("web_ui.url", "http://localhost:55173");
    try (WholeServer server = WholeServer.start(home, page);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(server.uri("/runtime/status")).build();
      JsonNode status = Json.parse(client.send(request, BodyHandlers.ofString()).body());
      JsonNode announced = Json.parse(Files.readString(home.resolve("runtime-endpoints.json")));

      assertThat(status.at("/endpoints/api")).isEqualTo(announced.at("/api/base_url"));
      assertThat(status.at("/endpoints/core_grpc")).isEqualTo(announced.at("/grpc/target"));
      assertThat(status.at("/endpoints/web_ui").asText()).isEqualTo("http://localhost:55173");
      assertThat(status.path("components").findValuesAsText("target"))
          .contains(
              announced.at("/grpc/target").asText(),
              announced.at("/api/base_url").asText() + "/health")
          .noneMatch(target -> target.matches(".*:0(/.*)?"));
    }
  }

  @Test
  void aPortInUseIsToldInOneSentence() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      NetServer first =
          vertx
              .createNetServer()
              .connectHandler(socket -> socket.close())
              .listen(0, "localhost")
              .await(10, TimeUnit.SECONDS);
      int port = first.actualPort();
      assertThatThrownBy(
              () ->
                  ListeningPort.open(
                      ListeningPort.Door.GRPC,
                      "localhost",
                      port,
                      () ->
                          vertx
                              .createHttpServer()
                              .requestHandler(request -> request.response().end())
                              .listen(port, "localhost")
                              .await(10, TimeUnit.SECONDS)))
          .isInstanceOf(MnException.class)
          .hasMessage(
              "gRPC port localhost:%d cannot be opened: another program, perhaps another MirrorNeuron,"
                      .formatted(port)
                  + " uses it; set another grpc.port (MN_GRPC_PORT)");
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }
}
