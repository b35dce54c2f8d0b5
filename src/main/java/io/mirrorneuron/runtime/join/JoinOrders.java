package io.mirrorneuron.runtime.join;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.NodeMembers.NewNode;
import io.mirrorneuron.port.node.NodeMembers.Offer;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.port.node.PeerMembers.Asked;
import io.mirrorneuron.runtime.join.ClusterJoin.ThisNode;
import io.mirrorneuron.store.NodeRegistry;
import java.net.URI;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Identifies other nodes, and asks them to join this cluster. */
record JoinOrders(ClusterJoin service, PeerMembers peers) {
  private static final Logger LOG = LoggerFactory.getLogger(JoinOrders.class);
  private static final String LOOPBACK = "localhost|127\\..*|\\[?::1]?";

  /**
   * Two servers may have the same name by mistake.
   *
   * @param owner the node with that name in this cluster
   * @throws MnException CONFLICT when a different node answers at the given address
   */
  void requireSame(String name, NewNode node, String owner) {
    String there = there(node, owner);
    if (!there.equals(owner)) {
      ThisNode.requireCalled(NodeRegistry.nameOf(there), name);
      throw taken(name, node);
    }
  }

  /** Whether a different node with the same name answers at the given address. */
  boolean isNamesake(NewNode node, String owner) {
    String there = there(node, owner);
    return !there.equals(owner) && NodeRegistry.nameOf(there).equals(NodeRegistry.nameOf(owner));
  }

  private String there(NewNode node, String owner) {
    return node.address().isEmpty()
        ? owner
        : peers.identify(new Asked(node.name(), node.address(), node.token().strip()));
  }

  /**
   * A node on the same Redis by its own settings may have another join token.
   *
   * @param address announced by the node
   * @throws MnException PRECONDITION when it refuses the join token of this node; an unreachable
   *     node is assumed to accept it
   */
  void requireOneToken(String name, String address) {
    try {
      peers.identify(new Asked(name, address, service.clusterToken()));
    } catch (MnException refused) {
      if (refused.code() == ErrorCode.UNAUTHENTICATED) {
        throw MnException.precondition(
            "node %s is on this Redis already, but does not accept the join token of node %s, so they cannot work together: network.join_token (MN_NETWORK_JOIN_TOKEN) must be the same on both"
                .formatted(name, service.name()));
      }
    }
  }

  static MnException taken(String name, NewNode node) {
    return new MnException(
        ErrorCode.CONFLICT,
        "node_name_in_use",
        "another server of this cluster is called %s; give the one %s another name (MN_NODE_NAME or node.name there), start it again and add it then"
            .formatted(name, node.address().isEmpty() ? "that was asked" : "at " + node.address()));
  }

  /**
   * @return the node as the owner of jobs
   */
  String order(String name, NewNode node) {
    if (node.token().isBlank()) {
      throw MnException.invalid("the join token of node %s is needed".formatted(name));
    }
    Offer offer =
        service
            .offer()
            .orElseThrow(
                () ->
                    MnException.precondition(
                        "the Redis of node %s is open to nobody else: set network.expose and network.advertise_host there (mn node expose)"
                            .formatted(service.name())));
    MnException last = null;
    for (String address : addresses(name, node.address())) {
      requireReach(offer, address);
      try {
        String owner = peers.join(new Asked(name, address, node.token().strip()), offer);
        LOG.info("node {} at {} joins", name, address);
        return owner;
      } catch (MnException refused) {
        if (!refused.error().equals(PeerJobs.UNREACHED)) {
          throw refused;
        }
        last = refused;
      }
    }
    throw new MnException(
        ErrorCode.UNAVAILABLE,
        PeerJobs.UNREACHED,
        "failed to connect to %s: %s".formatted(name, last.getMessage()),
        null,
        last);
  }

  private List<String> addresses(String name, String given) {
    if (!given.isEmpty()) {
      return List.of(given);
    }
    String host = name.substring(name.indexOf('@') + 1);
    String shown = host.contains(":") ? "[" + host + "]" : host;
    return peers.ports().stream().map(port -> shown + ":" + port).toList();
  }

  /** A loopback address means a different Redis on another machine. */
  private void requireReach(Offer offer, String address) {
    String redis = URI.create(offer.redisUrl()).getHost();
    String host = address.substring(0, address.lastIndexOf(':'));
    if (redis.matches(LOOPBACK) && !host.matches(LOOPBACK)) {
      throw MnException.precondition(
          "the Redis of node %s is at %s, which %s cannot reach; set network.advertise_host, or a redis.url with the name of a machine"
              .formatted(service.name(), redis, host));
    }
  }
}
