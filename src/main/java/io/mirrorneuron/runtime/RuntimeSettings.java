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
 * What of the configuration is about jobs.
 *
 * @param bundles folder of payload files of this node
 * @param adminToken who deletes ended jobs must know it
 * @param nodeToken what nodes on the same Redis show each other
 * @param sharing where payload files are kept for all nodes
 * @param node what is set for this node: how busy it may be, what constraints may ask of it
 * @param services what checks of services may do
 * @param models where language models are, for programs
 * @param keepsStrangers whether files stay that belong to no job of the store, because they may
 *     belong to one of another store
 * @param endpoints ports that they never ask; whoever opens another one adds it
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
    boolean keepsStrangers,
    OwnPorts endpoints) {

  /** A hundred years. */
  private static final Duration FOREVER = Duration.ofDays(36_500);

  /** How long payload files stay that no job of the store has. */
  Duration bundleLifetime() {
    return keepsStrangers ? FOREVER : retention.bundles();
  }

  /** What is asked before files of a job are removed. */
  Function<String, CompletionStage<Boolean>> orStrangers(
      Function<String, CompletionStage<Boolean>> exists) {
    return keepsStrangers ? job -> CompletableFuture.completedStage(true) : exists;
  }

  /** Whether this node has joined the store that it is on, and has one of its own besides. */
  boolean isRemoteTask() {
    return keepsStrangers;
  }

  public static RuntimeSettings of(Config config) {
    return of(config, false);
  }

  /**
   * @param isRemoteTask whether this node has a store of its own besides the one that it is on
   */
  public static RuntimeSettings of(Config config, boolean isRemoteTask) {
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
        isRemoteTask,
        endpoints(config));
  }

  private static OwnPorts endpoints(Config config) {
    OwnPorts endpoints = new OwnPorts();
    endpoints.add(config.api().port());
    endpoints.add(config.grpc().port());
    return endpoints;
  }
}
