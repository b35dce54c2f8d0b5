package io.mirrorneuron.app;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.security.JwtAuth;
import io.mirrorneuron.server.ServerFolders;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options that all server commands share. */
final class ServerOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file of settings, as in conf/default.yaml.")
  Path file;

  @Option(names = "--home", paramLabel = "DIR", description = "Data directory; default ~/.mn.")
  String home;

  @Option(names = "--api-host", paramLabel = "HOST", description = "Address of the API.")
  String apiHost;

  @Option(names = "--api-port", paramLabel = "PORT", description = "Port of the API; 0: any.")
  String apiPort;

  @Option(names = "--grpc-host", paramLabel = "HOST", description = "Address of gRPC.")
  String grpcHost;

  @Option(names = "--grpc-port", paramLabel = "PORT", description = "Port of gRPC; 0: any.")
  String grpcPort;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any other setting, as --set redis.fsync=always.")
  Map<String, String> others = new LinkedHashMap<>();

  private List<String> changes = List.of();

  /**
   * Reads the configuration and configures logging.
   *
   * @throws io.mirrorneuron.config.ConfigException with all problems
   */
  Config load() {
    Map<String, String> flags = new LinkedHashMap<>(others);
    put(flags, "home", home);
    put(flags, "api.host", apiHost);
    put(flags, "api.port", apiPort);
    put(flags, "grpc.host", grpcHost);
    put(flags, "grpc.port", grpcPort);
    ConfigLoader loader = ConfigLoader.ofProcess(file, flags);
    Config config = loader.load(JwtAuth::faults);
    ServerFolders.prepare(config);
    Logs.forServer(config.log());
    Logger log = LoggerFactory.getLogger(ServerOptions.class);
    loader.strangers().forEach(log::warn);
    changes = loader.changes();
    return config;
  }

  /**
   * For a server started for one job: accepts it on a busy machine, too, unless a setting
   * disagrees.
   */
  Config loadForOneJob() {
    others.putIfAbsent("resource.admission_enabled", "false");
    return load();
  }

  /** Logs the settings that differ from their defaults; for a server that has started. */
  void tellChanges() {
    Logger log = LoggerFactory.getLogger(ServerOptions.class);
    changes.forEach(log::info);
  }

  private static void put(Map<String, String> flags, String key, String value) {
    if (value != null) {
      flags.put(key, value);
    }
  }
}
