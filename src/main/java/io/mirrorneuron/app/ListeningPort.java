package io.mirrorneuron.app;

import static io.mirrorneuron.config.ConfigLoader.variable;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Opens a port to listen on, and says in one sentence why that is not possible. */
final class ListeningPort {
  private ListeningPort() {}

  /**
   * Waits until a door is open.
   *
   * @param name of the door, for people
   * @param group of its settings: {@code api} or {@code grpc}
   * @throws MnException (CONFLICT) when somebody else has the port; UNAVAILABLE when it cannot be
   *     opened for another reason
   */
  static <T> T open(String name, String group, String host, int port, Callable<T> opening) {
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
