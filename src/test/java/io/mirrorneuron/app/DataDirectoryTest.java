package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.app.App.Announcement;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.server.DataDirectory;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-24T10:00:00Z"), ZoneOffset.UTC);

  @TempDir Path root;

  private Path home() {
    return root.resolve("home");
  }

  private DataDirectory lock() {
    return DataDirectory.lock(home(), new SecureRandom());
  }

  private Config config(Map<String, String> more) {
    return new ConfigLoader(more, null, Map.of("home", home().toString()), root).load();
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aSecondOwnerIsRefusedInOneSentenceUntilTheFirstIsGone() throws IOException {
    try (DataDirectory _ = lock()) {
      assertThatThrownBy(this::lock)
          .isInstanceOf(MnException.class)
          .hasMessage(
              "another MirrorNeuron (process %d) uses %s; stop it or give this one another --home"
                  .formatted(ProcessHandle.current().pid(), home()));
    }
    lock().close();
  }

  @Test
  void tokensAreMadeOnceAndReadByClientsOfTheHome() throws IOException {
    try (DataDirectory directory = lock()) {
      Config.Grpc made = directory.withTokens(config(Map.of())).grpc();

      assertThat(made.authToken().value()).hasSize(48).isNotEqualTo(made.adminToken().value());
      assertThat(permissions(home())).isEqualTo("rwx------");
      assertThat(permissions(home().resolve("grpc_auth.token"))).isEqualTo("rw-------");
      assertThat(config(Map.of()).grpc()).isEqualTo(made);
      assertThat(directory.withTokens(config(Map.of())).grpc()).isEqualTo(made);
    }
  }

  @Test
  void aTokenOfTheEnvironmentIsNotWrittenDown() throws IOException {
    try (DataDirectory directory = lock()) {
      Config config = directory.withTokens(config(Map.of("MN_GRPC_AUTH_TOKEN", "mine")));
      assertThat(config.grpc().authToken().value()).isEqualTo("mine");
      assertThat(home().resolve("grpc_auth.token")).doesNotExist();
      assertThat(home().resolve("network.token")).exists();
    }
  }

  @Test
  void theRuntimeKeepsItsIdAndItsRedisPassword() throws IOException {
    String id;
    try (DataDirectory directory = lock()) {
      id = directory.runtimeId();
      assertThat(id).hasSize(48).isEqualTo(directory.runtimeId());
      assertThat(directory.redisPassword().value()).isNotEqualTo(id);
    }
    try (DataDirectory directory = lock()) {
      assertThat(directory.runtimeId()).isEqualTo(id);
    }
  }

  @Test
  void doorsAreAnnouncedForClientsAndTakenBack() throws IOException {
    Files.createDirectories(home());
    Path file = home().resolve("runtime-endpoints.json");
    Endpoints.Endpoint grpc = Endpoints.Endpoint.bound("0.0.0.0", 5);
    Endpoints.Endpoint api = Endpoints.Endpoint.bound("::1", 6);
    try (Announcement _ = Announcement.of(home(), new Endpoints(null, grpc), CLOCK)) {
      try (Announcement _ = Announcement.of(home(), new Endpoints(api, null), CLOCK)) {
        assertThat(Json.parse(Files.readString(file)))
            .isEqualTo(
                Json.parse(
                    """
                    {"grpc":{"target":"localhost:5","host":"localhost","port":5},"version":1,
                     "updated_at":"2026-11-24T10:00:00.000Z",
                     "api":{"base_url":"http://[::1]:6/api/v1","host":"::1","port":6}}"""));
        assertThat(permissions(file)).isEqualTo("rw-------");
        assertThat(config(Map.of()).grpc().target()).isEqualTo("localhost:5");
        assertThat(config(Map.of()).api().baseUrl()).isEqualTo("http://[::1]:6/api/v1");
      }
      assertThat(Json.parse(Files.readString(file)).has("api")).isFalse();
    }
    assertThat(file).doesNotExist();
  }

  /** Programs are known by the id: a server on a copy must not end those of the other one. */
  @Test
  void aCopyOfAHomeHasAnIdOfItsOwnAndAHomeThatIsMovedKeepsIts() throws IOException {
    String first = runtimeId(home());
    Path copy = root.resolve("copy");
    Files.createDirectory(copy);
    try (Stream<Path> files = Files.list(home())) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    Path moved = Files.move(home(), root.resolve("moved"));

    assertThat(runtimeId(moved)).isEqualTo(first);
    String second = runtimeId(copy);
    assertThat(second).isNotEqualTo(first);
    assertThat(runtimeId(copy)).isEqualTo(second);
  }

  private static String runtimeId(Path home) throws IOException {
    try (DataDirectory directory = DataDirectory.lock(home, new SecureRandom())) {
      return directory.runtimeId();
    }
  }
}
