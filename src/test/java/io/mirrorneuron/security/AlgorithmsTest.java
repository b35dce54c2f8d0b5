package io.mirrorneuron.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each algorithm with each way to give its key, and that keys serve nothing else. */
class AlgorithmsTest {
  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final Vertx VERTX = Vertx.vertx();

  @TempDir Path folder;

  @AfterAll
  static void close() throws Exception {
    VERTX.close().await(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void aTokenOfEachIsAccepted(JwtAlgorithm algorithm) throws Exception {
    Path file = folder.resolve("key");
    Tokens issuer;
    if (algorithm.family() == JwtAlgorithm.Family.SECRET) {
      String secret = "x".repeat(algorithm.bytes());
      issuer = Tokens.sharing(algorithm, secret.getBytes(StandardCharsets.UTF_8));
      Files.writeString(file, secret + "\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } else {
      issuer = Tokens.of(algorithm, "a");
      Files.writeString(file, issuer.pem());
    }
    JwtAuth auth = JwtAuth.open(Tokens.settings(Set.of(algorithm), file, null), VERTX, CLOCK);
    for (int i = 0; i < 3; i++) { // the library's signature objects are used again
      mustBeAnna(auth, issuer, "anna" + i);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "HS.*")
  void aKeyInADocumentServesEachAlgorithmItFits(JwtAlgorithm algorithm) throws Exception {
    Tokens issuer = Tokens.of(algorithm, "a");
    ObjectNode jwk = issuer.jwk();
    jwk.remove("alg");
    Path file = folder.resolve("keys.json");
    Files.writeString(file, Tokens.jwks(List.of(jwk)));
    JwtSettings settings = Tokens.settings(Set.of(algorithm), file, null);
    mustBeAnna(JwtAuth.open(settings, VERTX, CLOCK), issuer, "anna");
  }

  private static void mustBeAnna(JwtAuth auth, Tokens issuer, String subject) {
    Future<Principal> caller =
        auth.authenticate("Bearer " + issuer.of(subject, Role.OPERATOR, NOW));
    assertThat(caller.isComplete()).isTrue();
    assertThat(caller.cause()).isNull();
    assertThat(caller.result())
        .isEqualTo(new Principal(subject, Role.OPERATOR, NOW.plusSeconds(330)));
  }
}
