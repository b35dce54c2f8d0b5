package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.server.CloseStack;
import io.mirrorneuron.server.DataDirectory;
import io.mirrorneuron.server.Disks;
import io.mirrorneuron.server.ServerContext;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Map;

/**
 * The data directory, locked by this process, and the Redis that is starting in it. Made first, so
 * that Redis starts while other parts are made.
 */
public final class RuntimeHome {
  private final Config config;
  private final DataDirectory directory;

  /** Null when the settings name another. */
  private final RedisServer ownRedis;

  private RuntimeHome(Config config, DataDirectory directory, RedisServer ownRedis) {
    this.config = config;
    this.directory = directory;
    this.ownRedis = ownRedis;
  }

  /**
   * Locks the data directory, completes the tokens and begins to start Redis, unless one is named.
   *
   * @throws MnException CONFLICT when another process uses the directory
   */
  public static RuntimeHome take(
      Config config,
      Map<String, String> environment,
      SecureRandom random,
      Disks disks,
      CloseStack closing)
      throws IOException {
    DataDirectory directory =
        closing.add("data directory", DataDirectory.lock(config.home(), random));
    Config complete = directory.withTokens(config);
    if (!config.redis().isEmbedded()) {
      return new RuntimeHome(complete, directory, null);
    }
    RedisServer.Options options =
        new RedisServer.Options(
            config.home().resolve("redis"),
            config.redis().server(),
            environment.getOrDefault("PATH", ""),
            config.redis().fsync(),
            directory.redisPassword(),
            config.log().folder().resolve("redis.log"));
    return new RuntimeHome(
        complete, directory, closing.add("Redis", RedisServer.launch(options, disks.storage())));
  }

  /** The configuration with the tokens that the directory keeps. */
  public Config config() {
    return config;
  }

  String runtimeId() throws IOException {
    return directory.runtimeId();
  }

  RuntimeRedis connect(ServerContext on) {
    return ownRedis == null ? RuntimeRedis.named(on) : RuntimeRedis.own(ownRedis, on);
  }
}
