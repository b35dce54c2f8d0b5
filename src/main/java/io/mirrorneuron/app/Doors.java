package io.mirrorneuron.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.net.BindException;
import java.util.concurrent.Callable;

/**
 * What a server listens on.
 *
 * @param api the HTTP door, or null when this server has none
 * @param grpc the gRPC door, or null
 */
record Doors(Door api, Door grpc) {

  /** An address as others on this machine reach it. */
  record Door(String host, int port) {
    /** The door of a server that was bound to {@code host}: a wildcard is reached by loopback. */
    static Door bound(String host, int port) {
      boolean everywhere = host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]");
      return new Door(everywhere ? "localhost" : host, port);
    }

    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  String apiUrl() {
    return "http://" + api + "/api/v1";
  }

  /** The members that {@code runtime-endpoints.json} has for these doors. */
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

  /**
   * Waits until a door is open.
   *
   * @param name of the door, for people
   * @throws MnException (CONFLICT) when somebody else has the port
   */
  static <T> T opened(String name, String host, int port, Callable<T> opening) {
    try {
      return opening.call();
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
}
