package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.runtime.join.ClusterJoin.Invitation;
import io.mirrorneuron.runtime.join.ClusterJoin.NodeHome;
import io.mirrorneuron.security.NodeToken;
import io.mirrorneuron.server.CloseStack;
import io.mirrorneuron.server.DataDirectory;
import io.mirrorneuron.server.Disks;
import io.mirrorneuron.server.JoinedCluster;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.OutOfRoom;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory, locked by this process, and the Redis that starts in it. Created first, so
 * that Redis starts while other parts are created.
 */
public final class RuntimeHome implements NodeHome {
  private final Config config;
  private final DataDirectory directory;

  /** Its own join token, also accepted while it is in the cluster of another node. */
  private final Secret ownToken;

  /** The cluster that it has joined. */
  private final Optional<JoinedCluster> joined;

  /** Null when the settings name another Redis. */
  private final RedisServer ownRedis;

  private RuntimeHome(
      Config config,
      DataDirectory directory,
      Secret ownToken,
      Optional<JoinedCluster> joined,
      RedisServer ownRedis) {
    this.config = config;
    this.directory = directory;
    this.ownToken = ownToken;
    this.joined = joined;
    this.ownRedis = ownRedis;
  }

  /**
   * Locks the data directory, completes the tokens and begins to start Redis, unless another one is
   * named or a cluster was joined.
   *
   * @throws MnException CONFLICT when another process uses the directory; PRECONDITION when the
   *     settings name a Redis and a cluster was joined
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
    Secret token = complete.grpc().joinToken();
    Optional<JoinedCluster> joined = directory.joined();
    if (joined.isPresent()) {
      return new RuntimeHome(in(joined.get(), complete), directory, token, joined, null);
    }
    if (!config.redis().isEmbedded()) {
      return new RuntimeHome(complete, directory, token, joined, null);
    }
    RedisServer.Exposure exposure = exposure(config.node().network());
    RedisServer.Options options =
        new RedisServer.Options(
            config.home().resolve("redis"),
            config.redis().own().server(),
            environment.getOrDefault("PATH", ""),
            config.redis().own().fsync(),
            exposure == null ? directory.redisPassword() : NodeToken.redisPassword(token),
            config.log().folder().resolve("redis.log"),
            exposure);
    RedisServer redis = closing.add("Redis", RedisServer.launch(options, disks.storage()));
    return new RuntimeHome(complete, directory, token, joined, redis);
  }

  private static Config in(JoinedCluster cluster, Config config) {
    if (!config.redis().isEmbedded()) {
      throw MnException.precondition(
          "the settings name a Redis (redis.url, redis.sentinels or redis.cluster), and %s has joined %s: unset that, or delete cluster.json there"
              .formatted(config.home(), cluster));
    }
    Config.Grpc grpc = config.grpc();
    Secret token = new Secret(cluster.joinToken());
    return config.with(
        config.api(),
        grpc.withTokens(grpc.authToken(), grpc.adminToken(), token),
        config.redis().at(URI.create(cluster.redisUrl()), cluster.namespace()));
  }

  private static RedisServer.Exposure exposure(Network network) {
    return network.exposed()
        ? new RedisServer.Exposure(network.advertiseHost(), network.redisPort())
        : null;
  }

  @Override
  public Optional<JoinedCluster> joined() {
    return joined;
  }

  @Override
  public boolean namesRedis() {
    return joined.isEmpty() && ownRedis == null;
  }

  @Override
  public void keep(JoinedCluster cluster) {
    onDisk(() -> directory.join(cluster));
  }

  @Override
  public void forget() {
    onDisk(directory::leave);
  }

  private interface Change {
    void make() throws IOException;
  }

  private void onDisk(Change change) {
    try {
      change.make();
    } catch (IOException e) {
      throw MnException.unavailable(
          "home %s cannot be used: %s".formatted(config.home(), OutOfRoom.reason(e)), e);
    }
  }

  @Override
  public Secret joinToken() {
    return config.grpc().joinToken();
  }

  @Override
  public String namespace() {
    return config.redis().namespace();
  }

  @Override
  public Secret sharedRedis() {
    URI named = config.redis().url();
    if (ownRedis == null) { // Sentinels and sockets have no address that fits into one URL
      return named == null || named.getHost() == null ? Secret.NONE : new Secret(named.toString());
    }
    return exposedRedis();
  }

  /** The Redis of this home; while in another cluster, as it would be outside. */
  private Secret exposedRedis() {
    RedisServer.Exposure exposure = exposure(config.node().network());
    return exposure == null
        ? Secret.NONE
        : new Secret(exposure.uri(NodeToken.redisPassword(ownToken)));
  }

  @Override
  public List<Invitation> invitations() {
    boolean reported = config.node().network().exposed();
    Invitation here = new Invitation(joinToken(), reported ? sharedRedis() : Secret.NONE);
    return joined.isEmpty() || ownToken.value().equals(joinToken().value())
        ? List.of(here)
        : List.of(here, new Invitation(ownToken, exposedRedis()));
  }

  /** The configuration with the tokens of the directory. */
  public Config config() {
    return config;
  }

  String runtimeId() throws IOException {
    directory
        .copiedId()
        .ifPresent(id -> CopiedWork.remove(config.home(), config.executors().tempDir(), id));
    return directory.runtimeId();
  }

  RuntimeRedis connect(ServerContext on) {
    return ownRedis == null ? RuntimeRedis.named(on) : RuntimeRedis.own(ownRedis, on);
  }

  /** Folders of programs that were copied with a home: no server has the id in their names. */
  private static final class CopiedWork {
    private static final Logger LOG = LoggerFactory.getLogger(CopiedWork.class);
    private static final Pattern ID = Pattern.compile("[0-9a-f]{48}");

    private CopiedWork() {}

    /**
     * Removes them if they lie in the home itself; elsewhere they belong to the other server, which
     * may be running. Failures are logged.
     *
     * @param home locked by this process
     * @param tempDir parent of workspaces
     * @param runtimeId of the server of whose home this is a copy
     */
    static void remove(Path home, Path tempDir, String runtimeId) {
      Path inside = home.toAbsolutePath().normalize();
      Path work = tempDir.toAbsolutePath().normalize();
      if (!ID.matcher(runtimeId).matches() || !work.startsWith(inside) || work.equals(inside)) {
        return;
      }
      for (Path folder :
          List.of(Workspaces.folder(work, runtimeId), Workspaces.ofRemoteTasks(work, runtimeId))) {
        try {
          remove(OpenFolder.at(inside.toRealPath()), parts(inside.relativize(folder)));
        } catch (NoSuchFileException e) {
          // it was not copied
        } catch (IOException e) {
          LOG.warn("{} was copied with the home and cannot be removed: {}", folder, e.toString());
        }
      }
    }

    private static List<String> parts(Path path) {
      return StreamSupport.stream(path.spliterator(), false).map(Path::toString).toList();
    }

    /** No link is followed on the way. */
    private static void remove(OpenFolder at, List<String> names) throws IOException {
      try (at) {
        if (names.size() == 1) {
          at.deleteTree(names.getFirst());
        } else {
          remove(at.present(names.getFirst()), names.subList(1, names.size()));
        }
      }
    }
  }
}
