package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.contract.Documents;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract and one line in an area are all it takes; either alone keeps the server down. */
class AddingAnEndpointIT {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();

  private static final class Greetings extends AreaVerticle {
    Greetings() {
      super("greetings", 4);
      on("greet", call -> Json.object().put("hello", call.text("name")));
    }
  }

  private static final class Thinkers extends AreaVerticle {
    private static final long MILLIS = 300;

    Thinkers() {
      super("thinkers", 4);
      onHot("think", call -> threads().later(MILLIS).map(encode(Json.object())));
      onHot("thinkLong", call -> threads().later(MILLIS).map(encode(Json.object())));
    }
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void anOperationOfContractAndAreaIsServed() throws Exception {
    JsonObject document = Documents.small();
    Documents.with(document, "/greetings/{name}", "greet", "greetings")
        .put(
            "parameters",
            new JsonArray(
                "[{\"name\":\"name\",\"in\":\"path\",\"required\":true,"
                    + "\"schema\":{\"type\":\"string\",\"maxLength\":5}}]"));
    Greetings area = new Greetings();
    GatewayVerticle gateway = gateway(document, area);
    vertx.deployVerticle(area).await();
    vertx.deployVerticle(gateway).await();

    assertThat(get(gateway, "/greetings/ada").body()).isEqualTo("{\"hello\":\"ada\"}");
    assertThat(get(gateway, "/greetings/a%2Fb").body()).isEqualTo("{\"hello\":\"a/b\"}");
    assertThat(get(gateway, "/greetings/ada-lovelace").statusCode()).isEqualTo(422);
  }

  @Test
  void anAnswerMayTakeAsLongAsTheContractSays() throws Exception {
    JsonObject document = Documents.small();
    Documents.with(document, "/thoughts", "think", "thinkers");
    Documents.with(document, "/thoughts/long", "thinkLong", "thinkers").put("x-mn-timeout", 20);
    Thinkers area = new Thinkers();
    GatewayVerticle gateway = gateway(document, area, Duration.ofMillis(Thinkers.MILLIS / 10));
    vertx.deployVerticle(area).await();
    vertx.deployVerticle(gateway).await();

    assertThat(get(gateway, "/thoughts").statusCode()).isEqualTo(504);
    assertThat(get(gateway, "/thoughts/long").statusCode()).isEqualTo(200);
  }

  @Test
  void anAreaThatTheContractDoesNotKnowKeepsTheServerDown() {
    assertThatThrownBy(() -> gateway(Documents.small(), new Greetings()))
        .hasMessageContaining("greet of the area greetings is not in the contract");
  }

  @Test
  void anOperationThatNobodyImplementsKeepsTheServerDown() {
    JsonObject document = Documents.small();
    Documents.with(document, "/greetings", "greet", "greetings");
    Documents.with(document, "/farewells", "part", "greetings");

    assertThatThrownBy(() -> gateway(document, new Greetings()))
        .hasMessageContaining("part is not implemented by the area greetings");
  }

  private GatewayVerticle gateway(JsonObject document, AreaVerticle area) {
    return gateway(document, area, Duration.ofSeconds(5));
  }

  private GatewayVerticle gateway(JsonObject document, AreaVerticle area, Duration timeout) {
    var api =
        new Config.Api(
            "127.0.0.1",
            0,
            Secret.NONE,
            List.of(),
            List.of(),
            1000,
            1000,
            "http://localhost",
            true);
    return new GatewayVerticle(
        new GatewayVerticle.Settings(
            api,
            folder,
            false,
            timeout,
            () -> "r",
            Storage.unwatched(),
            () -> CompletableFuture.completedStage(List.of()),
            Clock.systemUTC(),
            UploadQuota.unlimited(),
            RemoteReads.NONE,
            StreamTokens.of(List.of(), Clock.systemUTC())),
        Contract.of(vertx, document).await(),
        List.of(area),
        Auth.NOBODY_ASKS,
        Health.Facts.of(false, "test", Health.Blueprints.NONE, ""));
  }

  private static HttpResponse<String> get(GatewayVerticle gateway, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + gateway.port() + "/api/v1" + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
