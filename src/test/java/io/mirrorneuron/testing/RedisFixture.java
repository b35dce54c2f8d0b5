package io.mirrorneuron.testing;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.RedisPipelines;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;

/** A Redis of a test's own, with its data and its log in the folder of the test. */
public final class RedisFixture implements AutoCloseable {
  public static final String PASSWORD = "redis-password";

  private final Vertx vertx = Vertx.vertx();
  private final RedisServer server;
  private final Redis client;

  private RedisFixture(RedisServer server) {
    this.server = server;
    this.client = Redis.createClient(vertx, server.uri());
  }

  /** The one that servers use here. */
  public static RedisFixture start(Path folder) {
    return new RedisFixture(server(folder));
  }

  /** The oldest that may be used. */
  public static RedisFixture oldest(Path folder) {
    return new RedisFixture(oldestServer(folder));
  }

  /** The process alone, once it answers. */
  public static RedisServer server(Path folder) {
    return launch(folder, null);
  }

  /** The process alone of the oldest that may be used, once it answers. */
  public static RedisServer oldestServer(Path folder) {
    try {
      return launch(folder, OldRedis.unpack(folder.resolve("program")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RedisServer launch(Path folder, Path program) {
    return RedisServer.launch(
            new RedisServer.Options(
                folder.resolve("redis"),
                program,
                ConfigLoader.environment().get("PATH"),
                Config.Fsync.EVERYSEC,
                new Secret(PASSWORD),
                folder.resolve("redis.log")))
        .awaitReady();
  }

  /** Its connection string. */
  public String uri() {
    return server.uri();
  }

  public long pid() {
    return server.pid();
  }

  /** What its connections live on; ends with this. */
  public Vertx vertx() {
    return vertx;
  }

  /** New connections as a runtime has them; they end with this. */
  public RedisPipelines pipelines() {
    return RedisPipelines.connect(vertx, uri(), Storage.unwatched()).await();
  }

  /**
   * @param timeout after so much silence a connection is given up
   */
  public RedisPipelines pipelines(Duration timeout) {
    return RedisPipelines.connect(vertx, uri(), Storage.unwatched(), timeout).await();
  }

  /** The answer to a command, over a connection that nobody else uses. */
  public Response ask(Command command, Object... arguments) {
    Request request = Request.cmd(command);
    for (Object argument : arguments) {
      request.arg(String.valueOf(argument));
    }
    return client.send(request).await();
  }

  @Override
  public void close() {
    vertx.close().await();
    server.close();
  }
}
