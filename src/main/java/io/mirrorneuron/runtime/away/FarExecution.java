package io.mirrorneuron.runtime.away;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import io.mirrorneuron.runtime.documents.far.SentExecution;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.store.NodeRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program of this node's job on another node, as its owner follows it: a stream that is opened
 * again for as long as that node is taken for alive. On one thread; {@link #stop}, {@link #leave}
 * and {@link #recorded} come from any.
 */
final class FarExecution {
  private static final Logger LOG = LoggerFactory.getLogger(FarExecution.class);
  static final Duration SILENCE = Duration.ofSeconds(12);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration UNTIL_RECORDED = Duration.ofMinutes(1);

  /** What all of them share. */
  record Ways(String owner, Neighbours neighbours, PeerPrograms peers, FarClock clock) {}

  /** Milliseconds since the epoch. */
  interface FarClock {
    long now();
  }

  private final Ways ways;
  private final Execution execution;
  private final String worker;
  private final Listener listener;
  private final FarRecords records;
  private final FarEvents events;
  private final CountDownLatch left = new CountDownLatch(1);
  private final CountDownLatch recorded = new CountDownLatch(1);

  /** Whether it is known to be there: then it is never begun anew. */
  private volatile boolean begun;

  private volatile boolean stopping;
  private volatile Talk talk;
  private volatile boolean unheard;
  private volatile boolean over;

  /**
   * @param worker the node, as the owner of jobs
   * @param begun whether it was begun before, perhaps by another owner of the job
   */
  FarExecution(
      Ways ways,
      Execution execution,
      String worker,
      Listener listener,
      FarRecords records,
      boolean begun) {
    this.ways = ways;
    this.execution = execution;
    this.worker = worker;
    this.listener = listener;
    this.records = records;
    this.begun = begun;
    this.events = new FarEvents(execution, node(), listener, records, ways.clock());
  }

  String jobId() {
    return execution.jobId();
  }

  String node() {
    return NodeRegistry.nameOf(worker);
  }

  /** What it waits for, or null. */
  Hold hold() {
    return unheard
        ? new Hold(Hold.Cause.RESOURCES, "node " + node() + ", which has it, is not reached")
        : events.hold();
  }

  void stop() {
    stopping = true;
    Talk open = talk;
    if (open != null) {
      open.stop();
    }
  }

  /** Whether its end was told. */
  boolean isOver() {
    return over;
  }

  boolean isStopped() {
    return stopping;
  }

  void recorded() {
    recorded.countDown();
  }

  /**
   * The program goes on, and nobody here hears of it; one that was stopped is followed until it has
   * ended.
   */
  void leave() {
    if (stopping) {
      recorded.countDown();
      return;
    }
    left.countDown();
    recorded.countDown();
    Talk open = talk;
    if (open != null) {
      open.close();
    }
  }

  private boolean isLeft() {
    return left.getCount() == 0;
  }

  /** Follows it to its end; returns when its outcome is recorded, or it was left. */
  void follow() throws InterruptedException {
    records.begin();
    while (!isLeft()) {
      try {
        if (listen()) {
          return;
        }
      } catch (MnException e) {
        if (isLeft() || e.error().equals(PeerPrograms.FENCED)) {
          return;
        }
        if (e.code() == ErrorCode.NOT_FOUND || isRefused(e)) {
          lost(e.code() == ErrorCode.NOT_FOUND ? "knows nothing of it any more" : e.getMessage());
          return;
        }
        LOG.debug("execution {} is not heard: {}", execution.executionId(), e.getMessage());
        if (!begun && !e.error().equals(PeerJobs.REPLY_LOST)) {
          ways.neighbours().avoid(worker, e.getMessage());
          lost("does not begin it: " + e.getMessage());
          return;
        }
      }
      if (!ways.neighbours().isLiving(worker)) {
        lost("is gone");
        return;
      }
      unheard = true;
      if (left.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  private boolean isRefused(MnException e) {
    return e.code() == ErrorCode.INVALID || e.code() == ErrorCode.MALFORMED;
  }

  /** The attempt is made again, without one being counted: nobody knows how it ended. */
  private void lost(String why) {
    LOG.info("execution {}: node {} {}", execution.executionId(), node(), why);
    listener.signal(
        new Signal.Finished(
            new Outcome(
                Ending.STOPPED,
                "node " + node() + ", which had the program, " + why,
                -1,
                Sandbox.NONE,
                "",
                "",
                Structured.NONE,
                events.lease())));
    over = true;
  }

  /** Answers whether all is over. */
  private boolean listen() throws InterruptedException {
    Peer peer =
        ways.neighbours()
            .peer(worker)
            .orElseThrow(() -> MnException.unavailable("it has told nobody where it is", null));
    Opening opening =
        new Opening(
            execution.executionId(),
            execution.jobId(),
            ways.owner(),
            execution.placing().epoch(),
            events.after());
    byte[] record = begun ? null : SentExecution.bytes(execution);
    try (Talk open = ways.peers().open(peer, opening, record)) {
      talk = open;
      if (stopping) {
        open.stop();
      }
      Part part;
      while (!isLeft() && (part = open.next(SILENCE)) != null) {
        begun = true;
        unheard = false;
        if (part.number() != 0 && events.take(open, part)) {
          over = true;
          awaitRecord(open);
          return true;
        }
      }
      return isLeft();
    } finally {
      talk = null;
    }
  }

  /** Its outcome is kept there until it is part of the stored state here. */
  private void awaitRecord(Talk open) throws InterruptedException {
    if (recorded.await(UNTIL_RECORDED.toSeconds(), TimeUnit.SECONDS) && !isLeft()) {
      open.acknowledge(events.after());
      try {
        open.next(SILENCE);
      } catch (MnException ended) {
        LOG.debug("execution {} is over on both nodes", execution.executionId());
      }
    }
  }
}
