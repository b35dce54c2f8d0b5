package io.mirrorneuron.runtime;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.LoadLimits;
import io.mirrorneuron.config.Secret;
import java.nio.file.Path;

/**
 * What of the configuration is about jobs.
 *
 * @param bundles folder of payload files of this node
 * @param adminToken who deletes ended jobs must know it
 * @param sharing where payload files are kept for all nodes
 * @param load how busy this node may be and still take new work
 */
public record RuntimeSettings(
    Path bundles,
    Config.Executors executors,
    Config.Manifests manifests,
    Config.InFlight inFlight,
    Config.Retention retention,
    String redisNamespace,
    Secret adminToken,
    BundleSettings sharing,
    LoadLimits load) {

  public static RuntimeSettings of(Config config) {
    return new RuntimeSettings(
        config.home().resolve("bundles"),
        config.executors(),
        config.manifests(),
        config.recovery().inFlight(),
        config.retention(),
        config.redis().namespace(),
        config.grpc().adminToken(),
        config.bundles(),
        config.node().load());
  }
}
