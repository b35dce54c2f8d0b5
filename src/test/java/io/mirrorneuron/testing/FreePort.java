package io.mirrorneuron.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports that nobody has, for servers whose port must be known before they start. */
public final class FreePort {
  private FreePort() {}

  /**
   * @param address of this machine
   */
  public static int at(String address) {
    return probe(address, 0);
  }

  /**
   * One that no connection is given meanwhile, as systems do not give those below 32,768. Where the
   * search begins differs from process to process, as several may look at once.
   */
  public static int belowThoseOfConnections() {
    int first = 20_000 + (int) (ProcessHandle.current().pid() % 100) * 100;
    for (int port = first; port < first + 100; port++) {
      try {
        return probe("0.0.0.0", port);
      } catch (UncheckedIOException taken) {
        // the next may be free
      }
    }
    throw new AssertionError("no port from " + first + " on is free");
  }

  private static int probe(String address, int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName(address))) {
      return probe.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
