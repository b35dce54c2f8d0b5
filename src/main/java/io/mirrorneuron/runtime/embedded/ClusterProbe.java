package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.RedisUrl;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.Offer;
import io.mirrorneuron.runtime.join.JoinDesk;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.lane.OwnersElsewhere;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Asks the store of a cluster whether this node can work there.
 *
 * @param authority file of those whose certificates a Redis may have, PEM; null: those that Java
 *     trusts
 * @param owner this node, as the owner of jobs
 * @param lifetime of this node
 */
record ClusterProbe(Vertx vertx, Path authority, String owner, Lifetime lifetime)
    implements JoinDesk.Probe {
  private static final long SECONDS = 3;

  @Override
  public void look(Offer offer) {
    Keys keys = new Keys(offer.namespace());
    OwnersElsewhere found;
    try {
      found =
          OwnersElsewhere.look(
                  vertx, offer.redisUrl(), authority, keys.livingNodes(), keys.silence())
              .await(SECONDS, TimeUnit.SECONDS);
    } catch (Throwable e) { // the client reports errors of Redis as a Throwable, no Exception
      throw new MnException(
          ErrorCode.PRECONDITION,
          "store_unreachable",
          "node %s does not reach the Redis of %s at %s"
              .formatted(
                  NodeRegistry.nameOf(owner),
                  offer.main(),
                  RedisUrl.target(URI.create(offer.redisUrl()))));
    }
    Set<String> living = found.owners();
    if (living.stream().anyMatch(this::hasOurName)) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "node_name_in_use",
          "another node of the cluster is called %s; give one of them another node.name"
              .formatted(NodeRegistry.nameOf(owner)));
    }
    if (found.lifetimeMs().orElse(lifetime.ms()) != lifetime.ms()) {
      throw lifetime.refused(
          NodeRegistry.nameOf(owner),
          found.lifetimeMs().getAsLong(),
          living.stream().map(NodeRegistry::nameOf).sorted().toList());
    }
  }

  private boolean hasOurName(String other) {
    return !other.equals(owner) && NodeRegistry.nameOf(other).equals(NodeRegistry.nameOf(owner));
  }
}
