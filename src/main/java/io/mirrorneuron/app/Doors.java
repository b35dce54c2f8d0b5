package io.mirrorneuron.app;

import static io.mirrorneuron.config.ConfigLoader.variable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.net.UnknownHostException;
import java.util.Locale;
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
   * @param group of its settings: {@code api} or {@code grpc}
   * @throws MnException (CONFLICT) when somebody else has the port; UNAVAILABLE when it cannot be
   *     opened for another reason
   */
  static <T> T opened(String name, String group, String host, int port, Callable<T> opening) {
    try {
      return opening.call();
    } catch (Exception e) {
      String sentence = "%s %s:%d cannot be opened: ".formatted(name, host, port);
      String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      if (reason.contains("address already in use")) {
        throw new MnException(
            ErrorCode.CONFLICT,
            "port_in_use",
            sentence
                + "another program, perhaps another MirrorNeuron, uses it; set another %s.port (%s)"
                    .formatted(group, variable(group + ".port")),
            null,
            e);
      }
      throw MnException.unavailable(sentence + explained(group, reason, e), e);
    }
  }

  /** Netty and the system have words of their own for what can be wrong with an address. */
  private static String explained(String group, String reason, Exception e) {
    String host = "; set another %s.host (%s)".formatted(group, variable(group + ".host"));
    if (e instanceof UnknownHostException || reason.contains("failed to resolve")) {
      return "there is no address of that name" + host;
    }
    if (reason.contains("cannot assign requested address")) {
      return "this machine does not have that address" + host;
    }
    if (reason.contains("permission denied")) {
      return "this user may not open that port; set another %s.port (%s)"
          .formatted(group, variable(group + ".port"));
    }
    return e + host;
  }
}
