package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings;
import io.mirrorneuron.config.NodeSettings.Marks;
import java.util.List;

/**
 * The identity and address of this node.
 *
 * @param name {@code mirror_neuron@<host>}
 * @param displayName for people
 * @param advertisedHost the host that other machines use for this node
 * @param grpcPort the port that other machines use for this node
 * @param clusterNodes names of configured other nodes
 * @param marks labels set by its operator
 * @param networkOnly whether the node offers capacity but runs no jobs of its own
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
   * The host by which other machines reach an endpoint of this one.
   *
   * @param given the operator's setting, or empty
   * @param bound listening address
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
