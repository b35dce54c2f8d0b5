package io.mirrorneuron.runtime.away;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import io.mirrorneuron.runtime.documents.SentExecution;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.store.NodeRegistry;
import java.time.Duration;
import java.util.Optional;
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

  private final FarWays ways;
  private final Execution execution;
  private final String worker;
  private final Listener listener;
  private final FarRecords records;
  private final FarEvents events;
  private final FarEnd end;
  private final CountDownLatch left = new CountDownLatch(1);
  private final CountDownLatch recorded = new CountDownLatch(1);

  /** Whether it is known to be there: then it is never begun anew. */
  private volatile boolean begun;

  private boolean isOpened;
  private volatile boolean stopping;
  private volatile Talk talk;
  private volatile boolean unheard;
  private volatile boolean over;

  /**
   * @param worker the node, as the owner of jobs
   * @param begun whether it was begun before, perhaps by another owner of the job
   */
  FarExecution(
      FarWays ways,
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
    this.end = new FarEnd(execution, node(), ways.index());
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

  /** Whether its end was told, and it was stopped: nobody records that. */
  boolean isOverAndStopped() {
    return over && stopping;
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

  /** Waits for what is to come before the next step. */
  void await(FarStep next) throws InterruptedException {
    if (next == FarStep.PAUSE) {
      left.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } else if (next == FarStep.RECORD) {
      recorded.await(UNTIL_RECORDED.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Opens the stream, or hears one event of it: waits no longer than the stream does. */
  FarStep step() throws InterruptedException {
    if (isLeft()) {
      return ended();
    }
    try {
      return over ? confirm() : talk == null ? open() : hear(talk);
    } catch (MnException e) {
      hangUp();
      return over ? FarStep.NONE : failed(e);
    }
  }

  private FarStep failed(MnException e) {
    if (isLeft() || e.error().equals(PeerPrograms.FENCED)) {
      return FarStep.NONE;
    }
    Optional<String> refusal = FarEnd.refusal(e);
    if (refusal.isPresent()) {
      return giveUp(refusal.get(), true);
    }
    LOG.debug("execution {} is not heard: {}", execution.executionId(), e.getMessage());
    if (!begun && !e.error().equals(PeerJobs.REPLY_LOST)) {
      ways.nodes().avoid(worker, e.getMessage());
      return giveUp("does not begin it: " + e.getMessage(), false);
    }
    return again();
  }

  private FarStep again() {
    if (!ways.nodes().isLiving(worker)) {
      return giveUp("is gone", true);
    }
    unheard = true;
    return FarStep.PAUSE;
  }

  private FarStep ended() {
    hangUp();
    return FarStep.NONE;
  }

  /** Hears no more. */
  void hangUp() {
    Talk open = talk;
    talk = null;
    if (open != null) {
      open.close();
    }
  }

  /**
   * @param isCertain whether it does not run there
   */
  private FarStep giveUp(String why, boolean isCertain) {
    unheard = true;
    return switch (end.giveUp(isCertain)) {
      case UNKNOWN -> FarStep.PAUSE;
      case FENCED -> FarStep.NONE;
      case TAKEN -> {
        begun = true;
        yield again();
      }
      case DONE -> {
        LOG.info("execution {}: node {} {}", execution.executionId(), node(), why);
        listener.signal(end.lost(why, events.lease()));
        over = true;
        yield FarStep.NONE;
      }
    };
  }

  private FarStep open() {
    if (!isOpened) {
      records.begin();
      isOpened = true;
    }
    Peer peer =
        ways.nodes()
            .peer(worker)
            .orElseThrow(() -> MnException.unavailable("it has told nobody where it is", null));
    Talk opened =
        ways.peers()
            .open(
                peer, events.opening(ways.owner()), begun ? null : SentExecution.bytes(execution));
    talk = opened;
    if (stopping) {
      opened.stop();
    }
    return FarStep.STEP;
  }

  private FarStep hear(Talk open) throws InterruptedException {
    Part part = open.next(SILENCE);
    if (part == null) {
      hangUp();
      return again();
    }
    begun = true;
    unheard = false;
    if (part.number() == 0 || !events.take(open, part)) {
      return FarStep.STEP;
    }
    over = true;
    return FarStep.RECORD;
  }

  /** Its outcome is kept there until it is part of the stored state here. */
  private FarStep confirm() throws InterruptedException {
    Talk open = talk;
    if (open != null && recorded.getCount() == 0) {
      open.acknowledge(events.after());
      open.next(SILENCE); // the other node ends the stream then
    }
    return ended();
  }
}
