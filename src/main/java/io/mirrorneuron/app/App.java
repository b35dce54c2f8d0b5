package io.mirrorneuron.app;

import io.mirrorneuron.client.JobsClient;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The composition root: every part of a server is made here, in the order in which a request meets
 * them backwards, and closed in reverse.
 */
public final class App implements AutoCloseable {
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  private final Role role;
  private final Map<String, String> environment;
  private final Clock clock = Clock.systemUTC();
  private final Parts parts = new Parts(STOP_PATIENCE);
  private Config config;
  private Vertx vertx;
  private JobsClient jobs;
  private Doors doors = new Doors(null, null);

  private App(Config config, Role role, Map<String, String> environment) {
    this.config = config;
    this.role = role;
    this.environment = environment;
  }

  /**
   * Starts a server; returns when it serves.
   *
   * @param environment variables that programs of steps and searches for programs may see
   * @throws MnException with one sentence for people when that is not possible; nothing runs then
   */
  public static App start(Config config, Role role, Map<String, String> environment) {
    App app = new App(config, role, environment);
    try {
      app.start();
      return app;
    } catch (IOException e) {
      app.close();
      throw MnException.unavailable(config.home() + " cannot be used: " + e, e);
    } catch (RuntimeException e) {
      app.close();
      throw e;
    }
  }

  private void start() throws IOException {
    RedisServer redis = role.hasRuntime() ? takeHome() : null;
    vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    parts.add("Vert.x", () -> vertx.close().await(10, TimeUnit.SECONDS));
    if (redis != null) {
      redis.awaitReady();
    }
    parts.add("announcement", Announcement.of(config.home(), doors, clock));
  }

  /**
   * Locks the data directory, completes the tokens and begins to start Redis, unless one is named.
   */
  private RedisServer takeHome() throws IOException {
    DataDirectory directory =
        parts.add("data directory", DataDirectory.lock(config.home(), new SecureRandom()));
    config = directory.withTokens(config);
    return config.redis().url() != null
        ? null
        : parts.add(
            "Redis",
            RedisServer.launch(
                new RedisServer.Options(
                    config.home().resolve("redis"),
                    config.redis().server(),
                    environment.getOrDefault("PATH", ""),
                    config.redis().fsync(),
                    directory.redisPassword(),
                    config.log().folder().resolve("redis.log"))));
  }

  /** Where the state is: the named server, else ours. */
  private static URI redisUri(Config config, RedisServer own) {
    return own == null ? config.redis().url() : URI.create(own.uri());
  }

  /**
   * Waits until a door is open.
   *
   * @param name of the door, for people
   * @throws MnException (CONFLICT) when somebody else has the port
   */
  static <T> T opened(String name, String host, int port, Future<T> listening) {
    try {
      return listening.await(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      if (e instanceof BindException) {
        throw new MnException(
            ErrorCode.CONFLICT,
            "port_in_use",
            "%s %s:%d cannot be opened: another program, perhaps another MirrorNeuron, uses it"
                .formatted(name, host, port),
            null,
            e);
      }
      throw MnException.unavailable(
          "%s %s:%d cannot be opened: %s".formatted(name, host, port, e), e);
    }
  }

  public Config config() {
    return config;
  }

  Doors doors() {
    return doors;
  }

  /** The jobs of this server's runtime, or of the one it stands before. */
  public JobsClient jobs() {
    return jobs;
  }

  /** Stops accepting, lets running work end or parks it, and stops what was started; bounded. */
  @Override
  public void close() {
    parts.close();
  }
}
