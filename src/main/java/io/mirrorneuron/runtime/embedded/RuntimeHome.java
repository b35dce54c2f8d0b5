package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.security.NodeToken;
import io.mirrorneuron.server.CloseStack;
import io.mirrorneuron.server.DataDirectory;
import io.mirrorneuron.server.Disks;
import io.mirrorneuron.server.ServerContext;
import java.io.IOException;
import java.net.URI;
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
    RedisServer.Exposure exposure = exposure(config.node().network());
    RedisServer.Options options =
        new RedisServer.Options(
            config.home().resolve("redis"),
            config.redis().server(),
            environment.getOrDefault("PATH", ""),
            config.redis().fsync(),
            exposure == null
                ? directory.redisPassword()
                : NodeToken.redisPassword(complete.grpc().joinToken()),
            config.log().folder().resolve("redis.log"),
            exposure);
    return new RuntimeHome(
        complete, directory, closing.add("Redis", RedisServer.launch(options, disks.storage())));
  }

  private static RedisServer.Exposure exposure(Network network) {
    return network.exposed()
        ? new RedisServer.Exposure(network.advertiseHost(), network.redisPort())
        : null;
  }

  /**
   * What nodes that join are to connect to; none when that is open to nobody else. It holds a
   * password.
   */
  Secret sharedRedis() {
    Network network = config.node().network();
    URI named = config.redis().url();
    if (!network.exposed() || ownRedis == null && (named == null || named.getHost() == null)) {
      return Secret.NONE; // Sentinels and sockets have no address that one URL could tell
    }
    return named != null
        ? new Secret(named.toString())
        : new Secret(exposure(network).uri(NodeToken.redisPassword(config.grpc().joinToken())));
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
