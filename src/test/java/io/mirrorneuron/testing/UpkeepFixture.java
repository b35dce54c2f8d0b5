package io.mirrorneuron.testing;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.runtime.drain.JobsOfNode;
import io.mirrorneuron.runtime.drain.LocalMaintenance;
import io.mirrorneuron.runtime.drain.NodeStore;
import io.mirrorneuron.runtime.join.LocalMembers;
import io.mirrorneuron.runtime.manifest.graph.ServiceDoubling;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The upkeep of one node that has no jobs, on stores in memory. */
public final class UpkeepFixture {
  private UpkeepFixture() {}

  /**
   * @param node its name; it lives
   * @param now its clock stands still
   */
  public static NodeMaintenance of(String node, Instant now) {
    return of(node, now, registry(node));
  }

  /** The same with others. */
  public static LocalMaintenance of(String node, Instant now, InMemoryNodeRegistry nodes) {
    return of(node, now, nodes, new InMemoryJobStore());
  }

  /** The same with jobs, none of which is taken over. */
  public static LocalMaintenance of(
      String node, Instant now, InMemoryNodeRegistry nodes, InMemoryJobStore jobs) {
    TurnedTimers timers = new TurnedTimers(new TurnedClock(now));
    NodeStore book = new NodeStore(new InMemoryRecordStore(), timers);
    CompletionStage<?> done = CompletableFuture.completedStage(null);
    return new LocalMaintenance(
        node,
        nodes,
        book,
        timers,
        new LocalMaintenance.OwnWork(
            new JobsOfNode(jobs, manifest -> ServiceDoubling.NOTHING),
            () -> done,
            () -> done,
            null));
  }

  private static InMemoryNodeRegistry registry(String node) {
    InMemoryNodeRegistry nodes = new InMemoryNodeRegistry();
    nodes.beat(node + "#1");
    return nodes;
  }

  /** The members of a cluster of this node, whose Redis is open to nobody else. */
  public static NodeMembers members(String node, Instant now) {
    InMemoryNodeRegistry nodes = registry(node);
    return new LocalMembers(
        JoinFixture.service(node, Secret.NONE),
        nodes,
        name -> true,
        of(node, now, nodes),
        PeerMembers.NONE);
  }
}
