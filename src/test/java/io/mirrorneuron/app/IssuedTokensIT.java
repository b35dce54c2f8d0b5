package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigException;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.JwtAuth;
import io.mirrorneuron.testing.KeyAddress;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.Tokens;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole server that believes an issuer and has no token of its own. */
@Timeout(90)
class IssuedTokensIT {
  private static final Tokens ISSUER = Tokens.of(JwtAlgorithm.ES256, "k1");
  @TempDir Path home;

  private Config config(String key, String value) {
    Map<String, String> flags =
        new HashMap<>(
            Map.of(
                "home", home.toString(),
                "api.port", "0",
                "grpc.port", "0",
                "env", "prod",
                "auth.jwt.algorithms", "ES256",
                "auth.jwt.issuer", Tokens.ISSUER,
                "auth.jwt.audience", Tokens.AUDIENCE));
    flags.put(key, value);
    return new ConfigLoader(Map.of(), null, flags, home).load(JwtAuth::faults);
  }

  private HttpResponse<String> get(App app, String path, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(app.endpoints().apiUrl() + path));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String token() {
    Instant now = Clock.systemUTC().instant();
    return ISSUER.of("anna", io.mirrorneuron.security.Auth.Role.VIEWER, now);
  }

  @Test
  void itsTokensAreTheOnlyWayIn() throws Exception {
    Path file = Files.writeString(home.resolve("key.pem"), ISSUER.pem());
    try (App app =
        App.start(config("auth.jwt.key_file", file.toString()), ServerRole.UP, Map.of())) {
      assertThat(get(app, "/health", null).body()).contains("\"auth\":\"enabled\"");
      assertThat(get(app, "/jobs", null).statusCode()).isEqualTo(401);
      assertThat(get(app, "/jobs", "").statusCode()).isEqualTo(401);
      assertThat(get(app, "/jobs", token()).statusCode()).isEqualTo(200);
      // The static token that was never set is not the empty one.
      URI socket = URI.create(app.endpoints().apiUrl() + "/realtime?token=");
      assertThatThrownBy(() -> SocketClient.open(socket, null)).hasMessage("refused with 401");
    }
  }

  @Test
  void aServerStartsWhileItsKeysHang() throws Exception {
    try (KeyAddress address = new KeyAddress()) {
      Config config = config("auth.jwt.jwks_url", address.uri().toString());
      try (App app = App.start(config, ServerRole.GATEWAY, Map.of())) {
        assertThat(get(app, "/health", null).statusCode()).isEqualTo(200);
        assertThat(get(app, "/jobs", "a.b.c").statusCode()).isEqualTo(401);
        assertThat(get(app, "/jobs", token()).statusCode()).isEqualTo(503);
      }
    }
  }

  @Test
  void aServerWithAWrongKeyDoesNotStart() throws Exception {
    Path file = Files.writeString(home.resolve("key.pem"), ISSUER.privatePem());
    assertThatThrownBy(() -> config("auth.jwt.key_file", file.toString()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("holds a private key");
    Config unchecked =
        new ConfigLoader(
                Map.of(),
                null,
                Map.of(
                    "home",
                    home.toString(),
                    "api.port",
                    "0",
                    "grpc.port",
                    "0",
                    "auth.jwt.algorithms",
                    "ES256",
                    "auth.jwt.issuer",
                    Tokens.ISSUER,
                    "auth.jwt.audience",
                    Tokens.AUDIENCE,
                    "auth.jwt.key_file",
                    file.toString()),
                home)
            .load();
    assertThatThrownBy(() -> App.start(unchecked, ServerRole.GATEWAY, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("holds a private key");
  }
}
