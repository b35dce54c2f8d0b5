package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.port.NodeFaults;
import io.mirrorneuron.runtime.remote.Cluster.KnownPeers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other nodes on the same store, as they describe themselves. They are asked on demand, at most
 * once a second. Blocking; thread-safe.
 */
public final class Neighbours implements KnownPeers {
  private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int PATIENCE_SECONDS = 4;

  private final String owner;
  private final NodeRegistry nodes;
  private final PeerPrograms peers;
  private final Lifetime lifetime;
  private final Map<String, Long> avoided = new ConcurrentHashMap<>();

  /** Last known addresses, for when the store is away. */
  private final Map<String, String> addresses = new ConcurrentHashMap<>();

  private volatile NodeFaults faults = NodeFaults.NONE;
  private volatile Living living = new Living(Set.of(), 0);
  private volatile Known known = new Known(List.of(), 0);

  private record Living(Set<String> owners, long readAt) {}

  private record Known(List<Neighbour> all, long askedAt) {}

  /**
   * Another node that takes programs.
   *
   * @param askedAt time of the answer, by {@link System#nanoTime}
   */
  record Neighbour(Peer peer, Machine machine, long askedAt) {}

  /**
   * @param owner this node as the owner of jobs
   * @param nodes whose heartbeats show other nodes
   * @param lifetime for which an unreachable node is avoided
   */
  public Neighbours(String owner, NodeRegistry nodes, PeerPrograms peers, Lifetime lifetime) {
    this.owner = owner;
    this.nodes = nodes;
    this.peers = peers;
    this.lifetime = lifetime;
  }

  /** Whether other nodes live, as far as this node knows; asks none. */
  public boolean areThere() {
    return nodes.sawOthers();
  }

  @Override
  public synchronized boolean isLiving(String node) {
    return living().contains(node);
  }

  private synchronized Set<String> living() {
    long now = System.nanoTime();
    if (living.readAt == 0 || now - living.readAt > FRESH.toNanos()) {
      try {
        living = new Living(await(nodes.living()), now);
      } catch (MnException away) {
        LOG.debug("it is not known which nodes live", away);
      }
    }
    return living.owners;
  }

  @Override
  public Optional<Peer> peer(String node) {
    if (node.equals(owner)) {
      return Optional.of(new Peer(owner, ""));
    }
    try {
      Optional<String> address = await(nodes.address(node));
      address.ifPresentOrElse(
          reported -> addresses.put(node, reported), () -> addresses.remove(node));
      return address.map(reported -> new Peer(node, reported));
    } catch (MnException away) {
      return Optional.ofNullable(addresses.get(node)).map(reported -> new Peer(node, reported));
    }
  }

  /** Sets the receiver of reports about unreachable nodes. */
  public void noting(NodeFaults noted) {
    faults = noted;
  }

  @Override
  public void avoid(String node, String why) {
    faults.unreached(NodeRegistry.nameOf(node), why);
    avoided.put(node, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lifetime.avoidedMs()));
  }

  private boolean isAvoided(String node) {
    Long until = avoided.get(node);
    if (until != null && until - System.nanoTime() <= 0) {
      avoided.remove(node, until);
      return false;
    }
    return until != null;
  }

  /** Nodes that take programs now. */
  synchronized List<Neighbour> all() {
    long now = System.nanoTime();
    if (known.askedAt == 0 || now - known.askedAt > FRESH.toNanos()) {
      List<CompletableFuture<Optional<Neighbour>>> answers = new ArrayList<>();
      for (String other : living()) {
        if (!other.equals(owner) && !isAvoided(other)) {
          answers.add(CompletableFuture.supplyAsync(() -> ask(other), Thread::startVirtualThread));
        }
      }
      List<Neighbour> all = answers.stream().flatMap(answer -> answer.join().stream()).toList();
      known = new Known(all, System.nanoTime());
    }
    return known.all.stream().filter(one -> !isAvoided(one.peer().owner())).toList();
  }

  /**
   * Logs which other nodes refuse this node or have almost its name. Done early, as work that needs
   * them may come much later. An unreachable node may just be starting.
   */
  public void greet() {
    Thread.startVirtualThread(
        () -> living().stream().filter(other -> !other.equals(owner)).forEach(this::greet));
  }

  private void greet(String other) {
    String name = NodeRegistry.nameOf(other);
    String own = NodeRegistry.nameOf(owner);
    if (name.equalsIgnoreCase(own) && !name.equals(own)) {
      LOG.warn(
          "another server on this Redis is called {}, and this one {}: they are two nodes, and"
              + " easily taken for one; give one of them another name (MN_NODE_NAME, node.name)",
          name,
          own);
    }
    try {
      peer(other).ifPresent(peers::describe);
    } catch (MnException e) {
      if (e.getCause() == null) { // it has answered
        LOG.warn(
            "node {} on this Redis and this node cannot work together: {}", name, e.getMessage());
      }
    }
  }

  /** The last known machines of other nodes; asks none, and waits for no concurrent request. */
  public List<Machine> seen() {
    return areThere() ? known.all.stream().map(Neighbour::machine).toList() : List.of();
  }

  /** The machines of other nodes, including new ones; asks the store and the nodes. */
  public List<Machine> machines() {
    return all().stream().map(Neighbour::machine).toList();
  }

  private Optional<Neighbour> ask(String other) {
    long askedAt = System.nanoTime();
    try {
      Optional<Peer> peer = peer(other);
      return peer.map(
          known -> {
            String json = new String(peers.describe(known), StandardCharsets.UTF_8);
            return new Neighbour(known, Json.read(json, Machine.class, "machine"), askedAt);
          });
    } catch (MnException e) {
      LOG.warn("node {} gets no programs for now: {}", NodeRegistry.nameOf(other), e.getMessage());
      avoid(other, e.getMessage());
      return Optional.empty();
    }
  }

  static <T> T await(CompletionStage<T> asked) {
    try {
      return asked.toCompletableFuture().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      String why = cause instanceof TimeoutException ? "it does not answer" : cause.getMessage();
      throw MnException.unavailable("the store: " + why, cause);
    }
  }
}
