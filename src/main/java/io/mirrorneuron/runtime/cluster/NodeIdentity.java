package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings;
import io.mirrorneuron.config.NodeSettings.Marks;
import java.util.List;

/**
 * Who this node is and where others reach it.
 *
 * @param name {@code mirror_neuron@<host>}
 * @param displayName for people
 * @param advertisedHost the host that other machines use for this node
 * @param grpcPort the port that other machines use for this node
 * @param clusterNodes names of the nodes this one was configured to know
 * @param marks what its operator says of it
 * @param networkOnly whether the node offers capacity but runs nothing of its own
 */
public record NodeIdentity(
    String name,
    String displayName,
    String hostname,
    String advertisedHost,
    int grpcPort,
    List<String> clusterNodes,
    Marks marks,
    boolean networkOnly) {

  public NodeIdentity {
    clusterNodes = List.copyOf(clusterNodes);
  }

  /**
   * A node with these settings.
   *
   * @param hostname of this machine
   */
  public static NodeIdentity of(String name, String hostname, NodeSettings node, Config.Grpc grpc) {
    return new NodeIdentity(
        name,
        hostname,
        hostname,
        advertised(node.network().advertiseHost(), grpc.host(), hostname),
        grpc.port(),
        List.of(),
        node.marks(),
        grpc.networkOnly());
  }

  /**
   * The host by which other machines reach a door of this one.
   *
   * @param given what the operator says, or empty
   * @param bound where it listens
   */
  public static String advertised(String given, String bound, String hostname) {
    if (!given.isEmpty()) {
      return given;
    }
    boolean isWildcard = bound.equals("0.0.0.0") || bound.equals("::") || bound.equals("[::]");
    return isWildcard ? hostname : bound;
  }

  public String role() {
    return networkOnly ? "worker" : "main";
  }

  public String runtimeMode() {
    return networkOnly ? "network_only" : "full";
  }
}
