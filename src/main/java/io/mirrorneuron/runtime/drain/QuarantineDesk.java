package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.drain.QuarantineRule.Verdict;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps nodes from work, and lets them work again, as the rule says: the leader does it, one record
 * with each look, so that the next decision is made on what came of the last.
 */
record QuarantineDesk(NodeBook book, QuarantineRule rule, Timers timers) {
  private static final Logger LOG = LoggerFactory.getLogger(QuarantineDesk.class);

  /**
   * @param states of nodes, as they were just read
   * @param living names of nodes
   * @param term under which this node leads
   */
  CompletionStage<?> look(Map<String, NodeState> states, Set<String> living, long term) {
    Instant now = Instant.ofEpochMilli(timers.now());
    return rule.next(states, living, now)
        .<CompletionStage<?>>map(
            verdict -> carryOut(verdict, states.get(verdict.node()), term, Json.timestamp(now)))
        .orElseGet(() -> CompletableFuture.completedStage(null));
  }

  private CompletionStage<?> carryOut(Verdict verdict, NodeState seen, long term, String at) {
    return book.change(verdict.node(), term, stored -> verdict.on(stored, seen, at))
        .thenAccept(after -> tell(verdict, after));
  }

  private static void tell(Verdict verdict, NodeState after) {
    if (verdict.begins() == null) {
      LOG.info("node {} is in quarantine no more: {}", verdict.node(), after.status().word());
    } else {
      LOG.warn("node {} is kept from work: {}", verdict.node(), verdict.begins().reason());
    }
  }
}
