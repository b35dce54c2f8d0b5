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
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      return probe.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
