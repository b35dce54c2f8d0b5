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
 * Calls servers that do not belong to this cluster yet.
 *
 * @param network connection settings
 */
record OtherServers(Vertx vertx, Network network) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Calls without a token of this cluster; the caller closes it. */
  GrpcCalls at(String address) {
    return new GrpcCalls(
        new GrpcConnections(vertx, PATIENCE, network.tls()).calls(),
        Clients.address(address),
        PATIENCE,
        Secret.NONE,
        MultiMap.caseInsensitiveMultiMap(),
        UnaryOperator.identity());
  }

  /** Ports to try when none is given. */
  List<Integer> ports() {
    return network.tls() == null ? NodeMembers.USUAL_PORTS : List.of(network.tlsPort());
  }
}
