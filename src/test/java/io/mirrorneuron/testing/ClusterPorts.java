package io.mirrorneuron.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Settings of members that find each other on this machine, and nobody else: by ports that were
 * free a moment ago.
 */
public final class ClusterPorts {
  private static final String HOST = "127.0.0.1";

  /** What gateways and servers with areas have in common. */
  public static final String JOIN_TOKEN = "join-token-of-a-test";

  private final List<Integer> ports;

  private ClusterPorts(List<Integer> ports) {
    this.ports = ports;
  }

  public static ClusterPorts of(int members) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < members; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
      }
      List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : held) {
        socket.close();
      }
      return new ClusterPorts(ports);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Settings by their dotted keys. */
  public Map<String, String> member(int index) {
    return Map.of(
        "vertx.cluster",
        "true",
        "vertx.cluster.host",
        HOST,
        "vertx.cluster.port",
        "" + port(index),
        "vertx.cluster.members",
        others(index),
        "vertx.cluster.name",
        name(),
        "network.join_token",
        JOIN_TOKEN);
  }

  public int port(int index) {
    return ports.get(index);
  }

  /** Of the cluster; two tests at once are strangers to each other. */
  public String name() {
    return "test-" + ports.getFirst();
  }

  /** {@code host:port} of all members but one, with commas between. */
  public String others(int index) {
    return String.join(
        ",",
        IntStream.range(0, ports.size())
            .filter(other -> other != index)
            .mapToObj(other -> HOST + ":" + ports.get(other))
            .toList());
  }
}
