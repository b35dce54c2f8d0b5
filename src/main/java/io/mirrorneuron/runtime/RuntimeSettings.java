package io.mirrorneuron.runtime;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.config.NodeSettings;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.config.ServiceSettings;
import io.mirrorneuron.runtime.service.OwnPorts;
import io.mirrorneuron.security.NodeToken;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The part of the configuration that is about jobs.
 *
 * @param bundles folder of payload files of this node
 * @param adminToken required to delete ended jobs
 * @param nodeToken authenticates nodes on the same Redis to each other
 * @param sharing where payload files are kept for all nodes
 * @param node load limits of this node, and values for placement constraints
 * @param services limits for service checks
 * @param models where language models are, for programs
 * @param keepsForeignFiles whether files without a job in the store stay, because they may belong
 *     to a job of another store
 * @param endpoints ports of this server that webhooks and checks must not call; a port opened later
 *     is added to it
 */
public record RuntimeSettings(
    Path bundles,
    Config.Executors executors,
    Config.Manifests manifests,
    Config.InFlight inFlight,
    Config.Retention retention,
    String redisNamespace,
    Secret adminToken,
    Secret nodeToken,
    BundleSettings sharing,
    NodeSettings node,
    ServiceSettings services,
    ModelSettings models,
    boolean keepsForeignFiles,
    OwnPorts endpoints) {

  private static final Duration FOREVER = Duration.ofDays(36_500);

  /** How long payload files without a job in the store stay. */
  Duration bundleLifetime() {
    return keepsForeignFiles ? FOREVER : retention.bundles();
  }

  /** The check before files of a job are removed. */
  Function<String, CompletionStage<Boolean>> orForeign(
      Function<String, CompletionStage<Boolean>> exists) {
    return keepsForeignFiles ? job -> CompletableFuture.completedStage(true) : exists;
  }

  /** Whether this node has joined the store of another node and also has a store of its own. */
  boolean hasJoined() {
    return keepsForeignFiles;
  }

  public static RuntimeSettings of(Config config) {
    return of(config, false);
  }

  /**
   * @param hasJoined whether this node has a store of its own besides the one in use
   */
  public static RuntimeSettings of(Config config, boolean hasJoined) {
    return new RuntimeSettings(
        config.home().resolve("bundles"),
        config.executors(),
        config.manifests(),
        config.recovery().inFlight(),
        config.retention(),
        config.redis().namespace(),
        config.grpc().adminToken(),
        NodeToken.of(config.grpc().joinToken()),
        config.bundles(),
        config.node(),
        config.services(),
        config.models(),
        hasJoined,
        endpoints(config));
  }

  private static OwnPorts endpoints(Config config) {
    OwnPorts endpoints = new OwnPorts();
    endpoints.add(config.api().port());
    endpoints.add(config.grpc().port());
    return endpoints;
  }
}
