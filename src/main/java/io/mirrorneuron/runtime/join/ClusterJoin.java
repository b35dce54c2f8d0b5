package io.mirrorneuron.runtime.join;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeMembers.Offer;
import io.mirrorneuron.server.JoinedCluster;
import io.mirrorneuron.server.ServerContext.Restart;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins this node to a cluster, and leaves it. Either is one file that is put in place or removed
 * atomically, followed by a restart of the whole server: a node killed in between comes back with
 * its own store or with that of the cluster. Thread-safe.
 */
public final class ClusterJoin {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterJoin.class);

  private static final String MOVING =
      "this server goes to another Redis and starts anew; ask it again in some seconds";

  /** Checks a cluster before it is joined. */
  @FunctionalInterface
  public interface Probe {
    /**
     * @throws MnException with a sentence when its store is unreachable, or another node there has
     *     the name of this one, or its nodes have another lifetime
     */
    void look(Offer offer);
  }

  private final ThisNode self;
  private final NodeHome home;
  private final NodeWork work;
  private final Probe probe;
  private final Restart restart;
  private final Clock clock;

  /** By then the heartbeats of this node show a new member. */
  private static final Duration NEWS = Duration.ofSeconds(10);

  /** Nodes that are being added here. */
  private final List<String> adding = new ArrayList<>();

  /** Nodes that have agreed to join, and when. */
  private final Map<String, Instant> agreed = new HashMap<>();

  /** The cluster that this node has agreed to join, until its restart. */
  private JoinedCluster pending;

  public ClusterJoin(
      ThisNode self, NodeHome home, NodeWork work, Probe probe, Restart restart, Clock clock) {
    this.self = self;
    this.home = home;
    this.work = work;
    this.probe = probe;
    this.restart = restart;
    this.clock = clock;
  }

  public String name() {
    return self.name();
  }

  /** This node as an owner of jobs. */
  public String owner() {
    return self.owner();
  }

  /** The answers to other nodes that present a join token. */
  public List<Invitation> invitations() {
    return home.invitations();
  }

  /** The offer to nodes that are added here; empty when the store is not open to other nodes. */
  Optional<Offer> offer() {
    return home.sharedRedis().isSet()
        ? Optional.of(
            new Offer(
                self.name(),
                self.version(),
                home.sharedRedis().value(),
                home.namespace(),
                home.joinToken().value()))
        : Optional.empty();
  }

  /**
   * Joins a cluster; does nothing if this node is already in it.
   *
   * @param name of this node in the request
   * @throws MnException with a sentence for a refusal; nothing has changed then
   */
  public synchronized void join(String name, Offer offer) {
    self.requireCalled(name);
    if (!offer.version().equals(self.version())) {
      throw MnException.precondition(
          "node %s runs version %s and %s runs %s: they must be the same"
              .formatted(self.name(), self.version(), offer.main(), offer.version()));
    }
    Optional<JoinedCluster> joined = home.joined().or(() -> Optional.ofNullable(pending));
    if (joined.isPresent()) {
      if (joined.get().isSame(offer.redisUrl(), offer.namespace(), offer.joinToken())) {
        return;
      }
      throw new MnException(
          ErrorCode.CONFLICT,
          "already_joined",
          "node %s has already joined %s; have it leave that first (mn node leave, there)"
              .formatted(self.name(), joined.get()));
    }
    work.takeNoMore(MOVING); // a job that came now would stay behind
    try {
      requireFree(offer.main());
      probe.look(offer);
      pending =
          new JoinedCluster(
              offer.redisUrl(),
              offer.namespace(),
              offer.joinToken(),
              offer.main(),
              Json.timestamp(clock.instant()));
      home.keep(pending);
    } catch (RuntimeException refused) {
      pending = null;
      work.takeAgain(MOVING);
      throw refused;
    }
    LOG.info("joins {}; its own data stays in its home until it leaves", offer);
    restart.with(home::forget);
  }

  /**
   * Begins to add a node to this cluster. Until {@link #end} this node joins no other, as that
   * would abandon the new node. When two nodes add each other at the same moment, the one whose
   * name comes first adds the other.
   *
   * @throws MnException CONFLICT when this node is about to join another cluster itself
   */
  synchronized void begin(String node) {
    if (pending != null) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "already_joined",
          "node %s is about to join %s; add %s there".formatted(self.name(), pending, node));
    }
    adding.add(node);
  }

  /**
   * @param hasAgreed whether the node joins
   */
  synchronized void end(String node, boolean hasAgreed) {
    adding.remove(node);
    if (hasAgreed) {
      agreed.put(node, clock.instant());
    }
  }

  private void requireFree(String main) {
    if (home.namesRedis()) {
      throw MnException.precondition(
          "the settings of node %s name a Redis (redis.url, redis.sentinels or redis.cluster); unset that and start it again, or set that of the cluster"
              .formatted(self.name()));
    }
    agreed.values().removeIf(at -> at.plus(NEWS).isBefore(clock.instant()));
    if (!agreed.isEmpty()) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "adding",
          "node %s has just added %s to its own cluster"
              .formatted(self.name(), String.join(", ", agreed.keySet())));
    }
    if (work.hasOthers()) {
      throw MnException.precondition(
          "other nodes are on the Redis of node %s; take them out first (mn node leave), or add %s to its cluster"
              .formatted(self.name(), main));
    }
    boolean isMutual = adding.stream().allMatch(main::equals);
    if (!adding.isEmpty() && !(isMutual && self.name().compareTo(main) > 0)) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "adding",
          "node %s is adding %s to its own cluster at this moment"
              .formatted(
                  self.name(), adding.stream().distinct().collect(Collectors.joining(", "))));
    }
    long open = work.openJobs();
    if (open > 0) {
      throw MnException.precondition(
          "node %s has %d open %s of its own; let them end or cancel them first"
              .formatted(self.name(), open, open == 1 ? "job" : "jobs"));
    }
  }

  String clusterToken() {
    return home.joinToken().value();
  }

  /** Whether its own settings name a Redis. */
  boolean namesRedis() {
    return home.namesRedis();
  }

  /** Whether this node has joined its cluster, and so can leave it. */
  public boolean canLeave() {
    return home.joined().isPresent();
  }

  /**
   * Returns to its own store. The other nodes take over its jobs.
   *
   * @param name of this node in the request
   */
  public synchronized void leave(String name) {
    self.requireCalled(name);
    JoinedCluster left =
        home.joined()
            .orElseThrow(
                () ->
                    MnException.precondition(
                        "node %s has joined no cluster".formatted(self.name())
                            + (home.namesRedis()
                                ? ": its own settings say which Redis it is on"
                                : "")));
    work.takeNoMore(MOVING);
    home.forget();
    LOG.info("leaves {}", left);
    restart.with(() -> home.keep(left));
  }

  /**
   * A join token that this node accepts.
   *
   * @param redisUrl the Redis announced in a handshake with it, with a password; empty when that is
   *     not open to other nodes
   */
  public record Invitation(Secret token, Secret redisUrl) {}

  /** The cluster membership in the data directory of this node. */
  public interface NodeHome {
    /** The cluster that it has joined. */
    Optional<JoinedCluster> joined();

    /** Whether its own settings name a Redis. */
    boolean namesRedis();

    /** Joins, from the next start on. On disk when this returns; on failure nothing has changed. */
    void keep(JoinedCluster cluster);

    /** Leaves, from the next start on. */
    void forget();

    /** The answers to other nodes that present a join token. */
    List<Invitation> invitations();

    /** The join token of its cluster, which may be its own. */
    Secret joinToken();

    /** The URL of the store for other nodes, with a password; empty when it is not open to them. */
    Secret sharedRedis();

    /** First part of every key. */
    String namespace();
  }

  /** The work of this node, as far as joining and leaving a cluster affect it. Thread-safe. */
  public interface NodeWork {
    /** Number of open jobs in the store of this node. */
    long openJobs();

    /** Whether other nodes work on that store. */
    boolean hasOthers();

    /**
     * Accepts no new jobs from now on.
     *
     * @param why part of the refusal, with a way out for the caller
     */
    void takeNoMore(String why);

    /** Removes one reason; new jobs are accepted when none is left. */
    void takeAgain(String why);
  }

  /**
   * The node that is asked to join or leave.
   *
   * @param owner this node as the owner of jobs
   * @param version of this program
   */
  public record ThisNode(String owner, String version) {
    String name() {
      return NodeRegistry.nameOf(owner);
    }

    /**
     * @param given name in the request
     * @throws MnException CONFLICT when this node has another name
     */
    void requireCalled(String given) {
      requireCalled(name(), given);
    }

    /**
     * @param name of the node that was asked
     */
    static void requireCalled(String name, String given) {
      if (!given.equals(name)) {
        throw new MnException(
            ErrorCode.CONFLICT,
            "another_name",
            "the node there is called %s, not %s".formatted(name, given));
      }
    }
  }
}
