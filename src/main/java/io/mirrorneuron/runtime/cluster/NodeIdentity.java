package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings.Marks;
import java.util.List;

/**
 * Who this node is and where others reach it.
 *
 * @param name {@code mirror_neuron@<host>}
 * @param displayName for people
 * @param advertisedHost the host that other machines use for this node
 * @param grpcPort the port that other machines use for this node
 * @param redisUrl handed to nodes that join; empty when this node's Redis is not shared
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
    String redisUrl,
    List<String> clusterNodes,
    Marks marks,
    boolean networkOnly) {

  public NodeIdentity {
    clusterNodes = List.copyOf(clusterNodes);
  }

  /** A node on its own, reached on this machine. */
  public static NodeIdentity standalone(
      String name, String hostname, Marks marks, Config.Grpc grpc) {
    return new NodeIdentity(
        name,
        hostname,
        hostname,
        "localhost",
        grpc.port(),
        "",
        List.of(),
        marks,
        grpc.networkOnly());
  }

  public String role() {
    return networkOnly ? "worker" : "main";
  }

  public String runtimeMode() {
    return networkOnly ? "network_only" : "full";
  }
}
