package io.mirrorneuron.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.wire.Json;

/**
 * The open endpoints of a server.
 *
 * @param api HTTP, or null
 * @param grpc gRPC, or null
 */
record Endpoints(Endpoint api, Endpoint grpc) {

  record Endpoint(String host, int port) {
    /** The endpoint of a server bound to {@code host}; a wildcard becomes loopback. */
    static Endpoint bound(String host, int port) {
      return new Endpoint(isWildcard(host) ? "localhost" : host, port);
    }

    private static boolean isWildcard(String host) {
      return host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]");
    }

    @Override
    public String toString() {
      return (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  String apiUrl() {
    return "http://" + api + "/api/v1";
  }

  /**
   * The configured target with the actual port.
   *
   * @param target ends with {@code :port}, or has a path after it
   * @param endpoint null while it is not open
   */
  static String withTakenPort(String target, Endpoint endpoint) {
    return endpoint == null ? target : target.replaceFirst(":0(?=/|$)", ":" + endpoint.port());
  }

  /** The configured settings with the actual port. */
  Config.Api taken(Config.Api configured) {
    return api == null
        ? configured
        : new Config.Api(
            configured.host(),
            api.port(),
            configured.token(),
            configured.corsAllowOrigins(),
            configured.allowedHosts(),
            configured.bodyLimitBytes(),
            configured.uploadLimitBytes(),
            configured.baseUrl(),
            configured.isKnown());
  }

  Config.Grpc taken(Config.Grpc configured) {
    return grpc == null
        ? configured
        : new Config.Grpc(
            configured.host(),
            grpc.port(),
            configured.target(),
            configured.timeout(),
            configured.authToken(),
            configured.adminToken(),
            configured.joinToken(),
            configured.networkOnly(),
            configured.maxMessageBytes());
  }

  /** Its members in {@code runtime-endpoints.json}. */
  ObjectNode announcement() {
    ObjectNode announcement = Json.object();
    if (api != null) {
      announcement
          .putObject("api")
          .put("base_url", apiUrl())
          .put("host", api.host())
          .put("port", api.port());
    }
    if (grpc != null) {
      announcement
          .putObject("grpc")
          .put("target", grpc.toString())
          .put("host", grpc.host())
          .put("port", grpc.port());
    }
    return announcement;
  }
}
