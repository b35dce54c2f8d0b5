package io.mirrorneuron.runtime.decide;

import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.workflow.RecoveryStrategy;
import io.mirrorneuron.wire.Json;
import java.util.List;

/**
 * Tells, once, what was decided of failures of nodes when a job was submitted. Of a job on a node
 * that is alone nothing had to be decided, unless its author asked for other nodes.
 */
public final class StrategyNews {
  /** Members of the event of a job that gets less than it asked for. */
  private record Degraded(String mode, String reason, List<String> observedNodes) {}

  private StrategyNews() {}

  /**
   * @param observed names of the nodes that were known to live; empty: nothing was decided now
   */
  public static void tell(JobState state, Turn turn, List<String> observed) {
    boolean moves = state.header().origin().moves();
    RecoveryStrategy strategy = RecoveryStrategy.of(state.workflow(), moves, observed);
    if (observed.size() > 1 || !observed.isEmpty() && strategy.degraded()) {
      turn.event("reliability_strategy_resolved", Json.MAPPER.valueToTree(strategy));
    }
    if (!observed.isEmpty() && strategy.degraded()) {
      Degraded less = new Degraded(strategy.mode(), strategy.reason(), observed);
      turn.event("job_reliability_degraded", Json.MAPPER.valueToTree(less));
    }
  }
}
