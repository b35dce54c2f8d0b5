package io.mirrorneuron.testing;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.runtime.join.ClusterJoin;
import io.mirrorneuron.runtime.join.ClusterJoin.Invitation;
import io.mirrorneuron.runtime.join.ClusterJoin.NodeHome;
import io.mirrorneuron.runtime.join.ClusterJoin.NodeWork;
import io.mirrorneuron.runtime.join.ClusterJoin.ThisNode;
import io.mirrorneuron.server.JoinedCluster;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A node that may join a cluster, with its data directory in memory. */
public final class JoinFixture implements NodeHome, NodeWork {
  /** Of all nodes of tests, and what {@link ClusterJoin} compares. */
  public static final String VERSION = "1.2.3";

  public final AtomicLong openJobs = new AtomicLong();
  public volatile boolean namesRedis;
  public volatile boolean hasOthers;

  /** Why no new jobs are taken. */
  public final List<String> refusals = new CopyOnWriteArrayList<>();

  public volatile int restarts;
  private final Secret redis;
  private volatile JoinedCluster joined;

  public JoinFixture(Secret redis) {
    this.redis = redis;
  }

  /**
   * @param redis what others are told of its Redis
   */
  public static ClusterJoin service(String name, Secret redis) {
    return new JoinFixture(redis).service(name);
  }

  public ClusterJoin service(String name) {
    return new ClusterJoin(
        new ThisNode(name + "#1", VERSION),
        this,
        this,
        offer -> {},
        undo -> restarts++,
        Clock.fixed(GatewayFixture.NOW, java.time.ZoneOffset.UTC));
  }

  @Override
  public long openJobs() {
    return openJobs.get();
  }

  @Override
  public boolean hasOthers() {
    return hasOthers;
  }

  @Override
  public void takeNoMore(String why) {
    refusals.add(why);
  }

  @Override
  public void takeAgain(String why) {
    refusals.remove(why);
  }

  @Override
  public Optional<JoinedCluster> joined() {
    return Optional.ofNullable(joined);
  }

  @Override
  public boolean namesRedis() {
    return namesRedis;
  }

  @Override
  public void keep(JoinedCluster cluster) {
    joined = cluster;
  }

  @Override
  public void forget() {
    joined = null;
  }

  @Override
  public List<Invitation> invitations() {
    return List.of(new Invitation(GrpcRuntime.JOIN, redis));
  }

  @Override
  public Secret joinToken() {
    return GrpcRuntime.JOIN;
  }

  @Override
  public Secret sharedRedis() {
    return redis;
  }

  @Override
  public String namespace() {
    return "mn";
  }
}
