package io.mirrorneuron.client;

import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.node.NodeMembers;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Servers that are no runtime of ours yet.
 *
 * @param network how they are talked to
 */
record OtherServers(Vertx vertx, Network network) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Calls with no token of ours, to be closed. */
  GrpcCalls at(String address) {
    return new GrpcCalls(
        new GrpcConnections(vertx, PATIENCE, network.tls()).calls(),
        Clients.address(address),
        PATIENCE,
        Secret.NONE,
        MultiMap.caseInsensitiveMultiMap(),
        UnaryOperator.identity());
  }

  /** Where they are asked when nobody says at which port. */
  List<Integer> ports() {
    return network.tls() == null ? NodeMembers.USUAL_PORTS : List.of(network.tlsPort());
  }
}
