package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.runtime.embedded.RuntimeRedis;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.wire.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A Redis of the user's own, as old as may be. */
class NamedRedisIT {
  @TempDir Path folder;

  @Test
  void anOldServerOfTheUsersIsWarnedOfOnceAndServes() throws Exception {
    Path home = folder.resolve("home");
    Logger logger = (Logger) LoggerFactory.getLogger(RuntimeRedis.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    try (RedisServer theirs = RedisFixture.oldestServer(folder.resolve("theirs"));
        App app =
            App.start(config(home, theirs.uri()), ServerRole.UP, ConfigLoader.environment())) {
      assertThat(new Shell(Main::commandLine, home).run("run", "shell-chain").exitCode()).isZero();
      JsonNode redis =
          Json.elements(status(app).path("components"))
              .filter(component -> component.path("name").asText().equals("redis"))
              .findFirst()
              .orElseThrow();
      assertThat(redis.path("status").asText()).isEqualTo("warning");
      assertThat(redis.at("/detail/version").asText()).startsWith("Redis 6.2.");
      assertThat(redis.path("target").asText())
          .startsWith("unix:///")
          .doesNotContain(RedisFixture.PASSWORD);
      assertThat(said.list.stream().map(ILoggingEvent::getFormattedMessage))
          .filteredOn(
              line -> line.matches("redis.url .*: Redis 6.2.* has publicly known security holes.*"))
          .singleElement()
          .asString()
          .doesNotContain(RedisFixture.PASSWORD);
    } finally {
      logger.detachAppender(said);
    }
  }

  private static Config config(Path home, String redis) {
    return new ConfigLoader(
            Map.of("MN_HOME", home.toString(), "MN_TEMP_DIR", home.resolve("tmp").toString()),
            null,
            Map.of(
                "api.port",
                "0",
                "grpc.port",
                "0",
                "resource.admission_enabled",
                "false",
                "redis.url",
                redis),
            home)
        .load();
  }

  private static JsonNode status(App app) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create(app.endpoints().apiUrl() + "/runtime/status");
      return Json.parse(
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
              .body());
    }
  }
}
