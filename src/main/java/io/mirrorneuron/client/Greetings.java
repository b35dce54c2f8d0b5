package io.mirrorneuron.client;

import io.mirrorneuron.port.node.NodeMembers.Greeting;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeRequest;
import io.mirrorneuron.proto.cluster.v1.NetworkHandshakeResponse;

/** Handshakes with nodes of any cluster. */
final class Greetings {
  private Greetings() {}

  /**
   * @param calls to the node, without a token of this cluster
   * @param caller name of this node; empty for none
   */
  static Greeting ask(GrpcCalls calls, String caller, String token) {
    NetworkHandshakeResponse answer =
        calls.call(
            ClusterServiceGrpcClient.NetworkHandshake,
            NetworkHandshakeRequest.newBuilder().setToken(token).setNodeName(caller).build());
    return new Greeting(
        answer.getNodeName(),
        answer.getRuntimeMode(),
        answer.getGrpcHost(),
        answer.getGrpcPort(),
        answer.getClusterNodes(),
        answer.getNetworkOnly());
  }
}
