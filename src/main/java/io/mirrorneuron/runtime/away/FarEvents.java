package io.mirrorneuron.runtime.away;

import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import io.mirrorneuron.runtime.documents.SentSignal;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.io.IOException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is heard of a program on another node, each event once, in order. Used by one thread. */
final class FarEvents {
  private static final Logger LOG = LoggerFactory.getLogger(FarEvents.class);

  /** Kinds that are signals; all others are records. */
  private static final Set<String> SIGNALS =
      Set.of(SentSignal.HELD, SentSignal.LEASED, SentSignal.BEACON, SentSignal.FINISHED);

  private final Execution execution;
  private final String node;
  private final Listener listener;
  private final FarRecords records;
  private final FarWays.FarClock clock;
  private volatile Hold hold;
  private Lease lease;
  private long after;

  /**
   * @param node its name
   */
  FarEvents(
      Execution execution,
      String node,
      Listener listener,
      FarRecords records,
      FarWays.FarClock clock) {
    this.execution = execution;
    this.node = node;
    this.listener = listener;
    this.records = records;
    this.clock = clock;
  }

  /** What the program waits for there, or null. Any thread. */
  Hold hold() {
    return hold;
  }

  /** Null while it has none. */
  Lease lease() {
    return lease;
  }

  /** Asks for what follows. */
  Opening opening(String owner) {
    return new Opening(
        execution.executionId(), execution.jobId(), owner, execution.placing().epoch(), after);
  }

  /** The number of the last event. */
  long after() {
    return after;
  }

  /** Answers whether that was the outcome; all else is acknowledged. */
  boolean take(Talk open, Part first) {
    PartsInput content = new PartsInput(open, first, FarExecution.SILENCE);
    if (first.number() <= after) {
      content.skip();
      return false;
    }
    boolean isOutcome = first.kind().equals(SentSignal.FINISHED);
    if (isOutcome) {
      records.end();
    }
    try {
      if (SIGNALS.contains(first.kind())) {
        signal(first.kind(), content.readAllBytes());
      } else {
        records.take(first.kind(), first.name(), content);
      }
    } catch (IOException e) {
      LOG.warn(
          "{} {} of execution {} on node {} is lost: {}",
          first.kind(),
          first.name(),
          execution.executionId(),
          node,
          e.getMessage());
    }
    content.skip();
    after = first.number();
    if (!isOutcome) {
      open.acknowledge(after);
    }
    return isOutcome;
  }

  /** As it was told when it was given: the clocks of nodes need not agree. */
  private Outcome withLease(Outcome one) {
    return new Outcome(
        one.ending(),
        one.error(),
        one.exitCode(),
        one.sandbox(),
        one.stdout(),
        one.stderr(),
        one.structured(),
        lease);
  }

  private void signal(String kind, byte[] bytes) {
    Signal heard = SentSignal.read(kind, bytes, node, clock.now());
    switch (heard) {
      case Signal.Held held -> hold = held.hold();
      case Signal.Leased leased -> {
        hold = null;
        lease = leased.lease();
      }
      case Signal.Finished finished when lease != null -> {
        listener.signal(new Signal.Finished(withLease(finished.outcome())));
        return;
      }
      default -> {}
    }
    listener.signal(heard);
  }
}
