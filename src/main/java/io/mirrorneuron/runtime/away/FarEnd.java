package io.mirrorneuron.runtime.away;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.store.ElsewhereIndex;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a program elsewhere ends for its owner when nobody tells of its end.
 *
 * @param node its name
 * @param index is asked first: what was sent to that node may still be on its way
 */
record FarEnd(Execution execution, String node, ElsewhereIndex index) {
  private static final Logger LOG = LoggerFactory.getLogger(FarEnd.class);

  /** What came of giving it up. */
  enum Came {
    /** The node cannot begin it any more. */
    DONE,
    /** The node has begun it, or is about to. */
    TAKEN,
    /** The job has another owner. */
    FENCED,
    /** The store does not answer. */
    UNKNOWN
  }

  /** What a node says that certainly does not run it; empty when it may. */
  static Optional<String> refusal(MnException e) {
    return switch (e.code()) {
      case NOT_FOUND -> Optional.of("knows nothing of it any more");
      case INVALID, MALFORMED -> Optional.of(e.getMessage());
      default -> Optional.empty();
    };
  }

  /**
   * Blocks while the store is asked.
   *
   * @param isCertain whether it does not run there
   */
  Came giveUp(boolean isCertain) {
    String id = execution.executionId();
    try {
      return switch (Neighbours.await(
          index.giveUp(execution.jobId(), execution.placing().epoch(), id, isCertain))) {
        case DONE -> Came.DONE;
        case TAKEN -> Came.TAKEN;
        case FENCED -> Came.FENCED;
      };
    } catch (MnException away) {
      LOG.debug("execution {} is not given up yet", id, away);
      return Came.UNKNOWN;
    }
  }

  /**
   * The attempt is made again, without one being counted: nobody knows how it ended.
   *
   * @param lease that was told; or null
   */
  Signal lost(String why, Lease lease) {
    return new Signal.Finished(
        new Outcome(
            Ending.STOPPED,
            "node " + node + ", which had the program, " + why,
            -1,
            Sandbox.NONE,
            "",
            "",
            Structured.NONE,
            lease));
  }
}
