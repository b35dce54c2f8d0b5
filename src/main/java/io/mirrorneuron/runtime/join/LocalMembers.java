package io.mirrorneuron.runtime.join;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeMembers.Greeting;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.port.node.PeerMembers.Asked;
import io.mirrorneuron.runtime.drain.LocalMaintenance;
import io.mirrorneuron.runtime.drain.MembershipLog;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes on this store. Any of them may add and remove nodes. */
public final class LocalMembers implements NodeMembers {
  private static final Logger LOG = LoggerFactory.getLogger(LocalMembers.class);

  /** Below the clients' ten seconds. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(8_500);

  private static final long LOOK_MS = 100;

  private final ClusterJoin service;
  private final NodeRegistry nodes;
  private final Predicate<String> reported;
  private final MembershipLog decisions;
  private final PeerMembers peers;
  private final JoinOrders asking;

  /**
   * @param reported whether lists of nodes show the named node as living
   */
  public LocalMembers(
      ClusterJoin service,
      NodeRegistry nodes,
      Predicate<String> reported,
      LocalMaintenance decisions,
      PeerMembers peers) {
    this.service = service;
    this.nodes = nodes;
    this.reported = reported;
    this.decisions = decisions.members();
    this.peers = peers;
    this.asking = new JoinOrders(service, peers);
  }

  @Override
  public Greeting greet(String address, String token) {
    return peers.greet(service.name(), address, token);
  }

  @Override
  public List<Integer> ports() {
    return peers.ports();
  }

  @Override
  public String self() {
    return service.name();
  }

  @Override
  public Member add(NewNode node) {
    long begun = System.nanoTime();
    String name = named(node.name());
    if (name.equals(service.name())) {
      throw asking.isNamesake(node, service.owner())
          ? JoinOrders.taken(name, node)
          : MnException.precondition("node %s is the one that was asked".formatted(name));
    }
    service.begin(name);
    boolean hasAgreed = false;
    try {
      Optional<String> known = owner(name);
      known.ifPresent(owner -> requireMember(name, node, owner));
      String asked = known.isPresent() ? known.get() : asking.order(name, node);
      if (known.isEmpty()) {
        decisions.announce(name);
      }
      boolean isThere = isSeenSince(begun, name);
      if (isThere && !owner(name).equals(Optional.of(asked))) {
        throw JoinOrders.taken(name, node);
      }
      hasAgreed = known.isEmpty();
      if (isThere) {
        decisions.readmit(name);
      }
      return new Member(name, isThere ? CONNECTED : JOINING);
    } finally {
      service.end(name, hasAgreed);
    }
  }

  /** It must be the intended node, and accept calls of this one. */
  private void requireMember(String name, NewNode node, String owner) {
    asking.requireSame(name, node, owner);
    Answers.await(nodes.address(owner)).ifPresent(at -> asking.requireOneToken(name, at));
  }

  private boolean isSeenSince(long begun, String name) {
    while (owner(name).isEmpty() || !reported.test(name)) {
      if (System.nanoTime() - begun > PATIENCE_NANOS) {
        return false;
      }
      pause();
    }
    return true;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the call was interrupted", e);
    }
  }

  private Optional<String> owner(String name) {
    return Answers.await(nodes.living()).stream()
        .filter(owner -> NodeRegistry.nameOf(owner).equals(name))
        .findFirst();
  }

  @Override
  public Member remove(String node) {
    String name = named(node);
    if (name.equals(service.name())) {
      removeSelf(name);
    } else {
      owner(name)
          .flatMap(living -> Answers.await(nodes.address(living)))
          .ifPresent(address -> askToLeave(name, address));
      decisions.disconnect(name);
    }
    return new Member(name, DISCONNECTED);
  }

  private void removeSelf(String name) {
    if (service.canLeave()) {
      noteLeave(name);
    } else if (Answers.await(nodes.living()).size() > 1) {
      throw MnException.precondition(
          "node %s %s; to keep it from work: mn node maintenance, or drain it; or stop it"
              .formatted(
                  name,
                  service.namesRedis()
                      ? "is on the Redis of the others by its own settings, and cannot leave"
                      : "did not join the others, they are on its Redis: take them out (mn node"
                          + " leave)"));
    }
    service.leave(name);
  }

  /**
   * Shows the other nodes that it has left, not died. Written before it goes: a node killed in
   * between comes back without work, and can be removed again. A node that does not reach the store
   * leaves nevertheless.
   */
  private void noteLeave(String name) {
    try {
      decisions.disconnect(name);
    } catch (MnException away) {
      LOG.warn(
          "the other nodes could not be informed that this node leaves: {}", away.getMessage());
    }
  }

  /**
   * An unreachable node is kept from work all the same. A node that did not join, and so cannot
   * leave, refuses, and nothing changes.
   */
  private void askToLeave(String name, String address) {
    try {
      String token = service.clusterToken();
      peers.leave(new Asked(name, address, token));
    } catch (MnException stays) {
      if (stays.code() == ErrorCode.PRECONDITION || stays.code() == ErrorCode.CONFLICT) {
        throw MnException.precondition(
            "%s, and was not taken out; to keep it from work: mn node maintenance, or drain it"
                .formatted(stays.getMessage()));
      }
      LOG.warn(
          "node {} gets no work any more, but stays on this Redis: {}", name, stays.getMessage());
    }
  }

  private static String named(String node) {
    String name = node.strip();
    if (!name.matches("[^\\s@]+@[^\\s@]+") || name.length() > 253) {
      throw MnException.invalid(
          "invalid node name \"%s\": it must look like mirror_neuron@host".formatted(name));
    }
    return name;
  }
}
