package io.mirrorneuron.app;

import static io.mirrorneuron.config.ConfigLoader.variable;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Opens a port to listen on, and explains a failure in one sentence. */
final class ListeningPort {
  private ListeningPort() {}

  /** The kinds of endpoints, with their settings. */
  enum Door {
    API("API port", "api.port", "api.host"),
    GRPC("gRPC port", "grpc.port", "grpc.host"),
    NODES("port of servers", "network.tls_port", "network.advertise_host");

    private final String words;
    private final String port;
    private final String host;

    Door(String words, String port, String host) {
      this.words = words;
      this.port = port;
      this.host = host;
    }
  }

  /**
   * Waits until an endpoint is open.
   *
   * @throws MnException (CONFLICT) when the port is in use; UNAVAILABLE for any other reason
   */
  static <T> T open(Door endpoint, String host, int port, Callable<T> opening) {
    try {
      return opening.call();
    } catch (Exception e) {
      String sentence = "%s %s:%d cannot be opened: ".formatted(endpoint.words, host, port);
      String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      if (reason.contains("address already in use")) {
        throw new MnException(
            ErrorCode.CONFLICT,
            "port_in_use",
            sentence
                + "another program, perhaps another MirrorNeuron, uses it; set another "
                + shown(endpoint.port),
            null,
            e);
      }
      throw MnException.unavailable(sentence + explained(endpoint, reason, e), e);
    }
  }

  /** Translates the messages of Netty and the system about bad addresses. */
  private static String explained(Door endpoint, String reason, Exception e) {
    String host = "; set another " + shown(endpoint.host);
    if (e instanceof UnknownHostException || reason.contains("failed to resolve")) {
      return "there is no address of that name" + host;
    }
    if (reason.contains("cannot assign requested address")) {
      return "this machine does not have that address" + host;
    }
    if (reason.contains("permission denied")) {
      return "this user may not open that port; set another " + shown(endpoint.port);
    }
    return e + host;
  }

  private static String shown(String setting) {
    return "%s (%s)".formatted(setting, variable(setting));
  }
}
