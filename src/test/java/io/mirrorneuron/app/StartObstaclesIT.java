package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mirrorneuron.app.ServerProcess.RunningServer;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.security.JwtAuth;
import io.mirrorneuron.server.ServerFolders;
import io.mirrorneuron.testing.RedisFixture;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * All that can be in the way of a start, and the one sentence that says it. {@code StartUpE2E} has
 * three of them as processes.
 */
@Timeout(60)
class StartObstaclesIT {
  private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.mirrorneuron");

  @TempDir static Path folder;
  private static Path file;
  private static RedisServer redis;
  private static ServerSocket taken;

  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeAll
  static void putThingsInTheWay() throws IOException {
    file = Files.writeString(folder.resolve("file"), "");
    redis = RedisFixture.server(folder.resolve("other"));
    taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterAll
  static void takeThemAway() throws IOException {
    taken.close();
    redis.close();
  }

  @BeforeEach
  void listen() {
    logged.start();
    LOG.addAppender(logged);
  }

  @AfterEach
  void listenNoMore() {
    LOG.detachAppender(logged);
  }

  /** One start that fails: what is set, and what the one sentence must hold. */
  private record Row(
      Map<String, String> variables,
      Map<String, String> flags,
      Path file,
      int exitCode,
      String... words) {
    static Row of(String variable, String value, int exitCode, String... words) {
      return new Row(Map.of(variable, value), Map.of(), null, exitCode, words);
    }

    static Row with(String key, String value, int exitCode, String... words) {
      return new Row(Map.of(), Map.of(key, value), null, exitCode, words);
    }

    /** With a token, without which others may not reach the server. */
    Row and(String variable, String value) {
      return new Row(Map.of(variable, value), flags, file, exitCode, words);
    }

    static Row of(Path file, int exitCode, String... words) {
      return new Row(Map.of(), Map.of(), file, exitCode, words);
    }

    @Override
    public String toString() {
      return variables + " " + flags + " " + (file == null ? "" : file);
    }
  }

  static Stream<Row> obstacles() {
    String below = file.resolve("below").toString();
    String port = String.valueOf(taken.getLocalPort());
    String socket = "unix://" + folder.resolve("other/redis/redis.sock");
    return Stream.of(
        Row.of("MN_REDIS_URL", "redis://a b", 2, "redis.url (MN_REDIS_URL)", "redis://a b"),
        Row.of("MN_REDIS_URL", "redis://h:port", 2, "redis.url", "redis://h:***"),
        Row.of("MN_REDIS_URL", "redis://h:99999", 2, "redis.url", "redis://h:99999"),
        Row.of("MN_REDIS_URL", "redis://h/base", 2, "redis.url", "redis://h/base"),
        Row.of("MN_REDIS_URL", "redis://my_host", 2, "redis.url", "redis://my_host"),
        Row.of("MN_REDIS_URL", "unix://", 2, "redis.url", "unix://"),
        Row.of("MN_REDIS_URL", "localhost:6379", 2, "redis.url", "localhost:6379"),
        Row.of("MN_REDIS_URL", "unix://secret@" + below, 2, "redis.url", "unix://***@" + below),
        Row.of("MN_REDIS_URL", "redis://:se/cret@h", 2, "redis.url", "redis://***@h"),
        Row.of("MN_REDIS_URL", "http://x:secret@h", 2, "redis.url", "http://***@h"),
        Row.of(
            "MN_REDIS_URL",
            "redis://me:secret@127.0.0.1:1",
            1,
            "redis.url redis://***@127.0.0.1:1",
            "MN_REDIS_URL",
            "answer"),
        Row.of(
            "MN_REDIS_URL",
            "redis://nowhere.invalid",
            1,
            "redis.url redis://nowhere.invalid",
            "no host"),
        Row.of("MN_REDIS_URL", "unix://" + below, 1, "redis.url unix://" + below),
        Row.of(
            "MN_REDIS_URL", socket + "?password=wrong", 1, "redis.url", "password=***", "refuses"),
        Row.of("MN_REDIS_URL", socket, 1, "redis.url", "asks for a password"),
        Row.with("api.port", port, 1, "localhost:" + port, "api.port", "another program"),
        Row.with("grpc.port", port, 1, "localhost:" + port, "grpc.port", "another program"),
        Row.with("api.host", "nowhere.invalid", 1, "nowhere.invalid", "api.host")
            .and("MN_API_TOKEN", "t"),
        Row.with("grpc.host", "nowhere.invalid", 1, "nowhere.invalid", "grpc.host")
            .and("MN_GRPC_AUTH_TOKEN", "t"),
        Row.with("api.host", "192.0.2.1", 1, "192.0.2.1", "api.host").and("MN_API_TOKEN", "t"),
        Row.with("home", file.toString(), 1, "home " + file, "MN_HOME", "not a folder"),
        Row.with("home", below, 1, "home " + below, "MN_HOME"),
        Row.with("home", "/proc/mn", 1, "home /proc/mn", "MN_HOME"),
        Row.of("MN_TEMP_DIR", file.toString(), 1, "temp_dir " + file, "MN_TEMP_DIR"),
        Row.of("MN_TEMP_DIR", below, 1, "temp_dir " + below, "MN_TEMP_DIR"),
        Row.of("MN_RUNS_ROOT", file.toString(), 1, "runs_root " + file, "MN_RUNS_ROOT"),
        Row.of("MN_RUNS_ROOT", below, 1, "runs_root " + below, "MN_RUNS_ROOT"),
        Row.of("MN_LOGS_ROOT", file.toString(), 1, "logs_root " + file, "MN_LOGS_ROOT"),
        Row.of(folder, 2, folder.toString(), "is a folder"),
        Row.of(Path.of(below), 2, below, "cannot be read"),
        Row.of("MN_CONNECTIONS_MAX", "none", 2, "connections.max (MN_CONNECTIONS_MAX)"),
        Row.of("MN_UPLOADS_MAX_BYTES", "0", 2, "uploads.max_bytes (MN_UPLOADS_MAX_BYTES)"));
  }

  @ParameterizedTest
  @MethodSource("obstacles")
  void whatIsInTheWayIsSaidInOneSentence(Row row) {
    StringWriter errors = new StringWriter();
    CommandLine program =
        Main.commandLine(new Screen(row.variables(), false, folder))
            .setErr(new PrintWriter(errors));

    int exitCode = Main.explain(failure(row), program);

    String said = errors.toString().strip();
    assertThat(said).hasLineCount(1).startsWith("mn: ").contains(row.words());
    assertThat(said).doesNotContain("Exception", "io.netty", "io.vertx", "secret", "unexpected");
    assertThat(exitCode).as(said).isEqualTo(row.exitCode());
    assertThat(logged.list)
        .as("what stderr would show besides")
        .noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
  }

  /** Why a server with these settings, which is started as {@code mn up} is, does not come up. */
  private static Exception failure(Row row) {
    try (RunningServer _ =
        RunningServer.start(
            load(row), ServerRole.UP, Map.of("PATH", ConfigLoader.environment().get("PATH")))) {
      throw new AssertionError("nothing was in the way");
    } catch (Exception failure) {
      return failure;
    }
  }

  private static Config load(Row row) {
    Map<String, String> variables = new HashMap<>();
    variables.put("MN_HOME", folder.resolve("home").toString());
    variables.put("MN_TEMP_DIR", folder.resolve("tmp").toString());
    variables.putAll(row.variables());
    Map<String, String> flags = new HashMap<>(Map.of("api.port", "0", "grpc.port", "0"));
    flags.putAll(row.flags());
    Config config = new ConfigLoader(variables, row.file(), flags, folder).load(JwtAuth::faults);
    ServerFolders.prepare(config);
    return config;
  }
}
