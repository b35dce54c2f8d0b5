package io.mirrorneuron.testing;

import io.mirrorneuron.port.upkeep.NodeUpkeep;
import io.mirrorneuron.runtime.drain.LocalUpkeep;
import io.mirrorneuron.runtime.drain.NodeBook;
import java.time.Instant;

/** The upkeep of one node that has no jobs, on stores in memory. */
public final class UpkeepFixture {
  private UpkeepFixture() {}

  /**
   * @param node its name; it lives
   * @param now its clock stands still
   */
  public static NodeUpkeep of(String node, Instant now) {
    TurnedTimers timers = new TurnedTimers(new TurnedClock(now));
    InMemoryNodeRegistry nodes = new InMemoryNodeRegistry();
    nodes.beat(node + "#1");
    return new LocalUpkeep(node, nodes, new NodeBook(new InMemoryRecordStore(), timers), timers);
  }
}
