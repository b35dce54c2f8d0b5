package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import io.mirrorneuron.runtime.documents.SentExecution;
import io.mirrorneuron.runtime.documents.SentSignal;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Sandbox;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.remote.Cluster.KnownPeers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RemoteExecutionIndex;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a program of this node's job on another node: a stream, reopened while that node is
 * considered alive. Confined to one thread, except {@link #stop}, {@link #leave} and {@link
 * #recorded}, which are thread-safe.
 */
final class RemoteExecution {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteExecution.class);
  static final Duration SILENCE = Duration.ofSeconds(12);
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration UNTIL_RECORDED = Duration.ofMinutes(1);

  private final RemoteContext ways;
  private final Execution execution;
  private final String worker;
  private final Listener listener;
  private final RemoteRecords records;
  private final RemoteEventStream events;
  private final RemoteEnd end;
  private final CountDownLatch left = new CountDownLatch(1);
  private final CountDownLatch recorded = new CountDownLatch(1);

  /** Whether it is known to be there; then it is never started again. */
  private volatile boolean begun;

  private boolean isOpened;
  private volatile boolean stopping;
  private volatile Talk talk;
  private volatile boolean unheard;
  private volatile boolean over;

  /**
   * @param worker the node, as the owner of jobs
   * @param begun whether it was started before, perhaps by another owner of the job
   */
  RemoteExecution(
      RemoteContext ways,
      Execution execution,
      String worker,
      Listener listener,
      RemoteRecords records,
      boolean begun) {
    this.ways = ways;
    this.execution = execution;
    this.worker = worker;
    this.listener = listener;
    this.records = records;
    this.begun = begun;
    this.end = new RemoteEnd(execution, node(), ways.index());
    this.events = new RemoteEventStream(execution, node(), listener, records, ways.clock());
  }

  String jobId() {
    return execution.jobId();
  }

  String node() {
    return NodeRegistry.nameOf(worker);
  }

  /** Why it waits, or null. */
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

  /** Whether its end was reported after it was stopped: that end is not recorded. */
  boolean isOverAndStopped() {
    return over && stopping;
  }

  void recorded() {
    recorded.countDown();
  }

  /** Stops following; the program continues. A stopped program is followed until it has ended. */
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

  /** Waits for the condition of the next step. */
  void await(RemoteStep next) throws InterruptedException {
    if (next == RemoteStep.PAUSE) {
      left.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } else if (next == RemoteStep.RECORD) {
      recorded.await(UNTIL_RECORDED.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Opens the stream, or reads one event of it; waits no longer than the stream does. */
  RemoteStep step() throws InterruptedException {
    if (isLeft()) {
      return ended();
    }
    try {
      return over ? confirm() : talk == null ? open() : hear(talk);
    } catch (MnException e) {
      hangUp();
      return over ? RemoteStep.NONE : failed(e);
    }
  }

  private RemoteStep failed(MnException e) {
    if (isLeft() || e.error().equals(PeerPrograms.FENCED)) {
      return RemoteStep.NONE;
    }
    Optional<String> refusal = RemoteEnd.refusal(e);
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

  private RemoteStep again() {
    if (!ways.nodes().isLiving(worker)) {
      return giveUp("is gone", true);
    }
    unheard = true;
    return RemoteStep.PAUSE;
  }

  private RemoteStep ended() {
    hangUp();
    return RemoteStep.NONE;
  }

  void hangUp() {
    Talk open = talk;
    talk = null;
    if (open != null) {
      open.close();
    }
  }

  /**
   * @param isCertain whether it is certain that it does not run there
   */
  private RemoteStep giveUp(String why, boolean isCertain) {
    unheard = true;
    return switch (end.giveUp(isCertain)) {
      case UNKNOWN -> RemoteStep.PAUSE;
      case FENCED -> RemoteStep.NONE;
      case TAKEN -> {
        begun = true;
        yield again();
      }
      case DONE -> {
        LOG.info("execution {}: node {} {}", execution.executionId(), node(), why);
        listener.signal(end.lost(why, events.lease()));
        over = true;
        yield RemoteStep.NONE;
      }
    };
  }

  private RemoteStep open() {
    if (!isOpened) {
      records.begin();
      isOpened = true;
    }
    Peer peer =
        ways.nodes()
            .peer(worker)
            .orElseThrow(() -> MnException.unavailable("it has not announced its address", null));
    Talk opened =
        ways.peers()
            .open(
                peer, events.opening(ways.owner()), begun ? null : SentExecution.bytes(execution));
    talk = opened;
    if (stopping) {
      opened.stop();
    }
    return RemoteStep.STEP;
  }

  private RemoteStep hear(Talk open) throws InterruptedException {
    Part part = open.next(SILENCE);
    if (part == null) {
      hangUp();
      return again();
    }
    begun = true;
    unheard = false;
    if (part.number() == 0 || !events.take(open, part)) {
      return RemoteStep.STEP;
    }
    over = true;
    return RemoteStep.RECORD;
  }

  /** The other node keeps the outcome until it is part of the stored state here. */
  private RemoteStep confirm() throws InterruptedException {
    Talk open = talk;
    if (open != null && recorded.getCount() == 0) {
      open.acknowledge(events.after());
      open.next(SILENCE); // the other node then ends the stream
    }
    return ended();
  }

  /**
   * The end of a remote program whose node does not report it.
   *
   * @param node its name
   * @param index is asked first: a request to that node may still be in transit
   */
  private record RemoteEnd(Execution execution, String node, RemoteExecutionIndex index) {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteEnd.class);

    /** Result of giving it up. */
    enum Came {
      /** The node cannot start it any more. */
      DONE,
      /** The node has started it, or is about to. */
      TAKEN,
      /** The job has another owner. */
      FENCED,
      /** The store does not answer. */
      UNKNOWN
    }

    /** The refusal of a node that certainly does not run it; empty when it may. */
    static Optional<String> refusal(MnException e) {
      return switch (e.code()) {
        case NOT_FOUND -> Optional.of("knows nothing of it any more");
        case INVALID, MALFORMED -> Optional.of(e.getMessage());
        default -> Optional.empty();
      };
    }

    /**
     * Blocks for the store's answer.
     *
     * @param isCertain whether it is certain that it does not run there
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
     * Repeats the attempt without counting it, as its end is unknown.
     *
     * @param lease last reported; or null
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

  /** The events of a program on another node, each once, in order. Confined to one thread. */
  private static final class RemoteEventStream {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteEventStream.class);

    /** Kinds that are signals; all others are records. */
    private static final Set<String> SIGNALS =
        Set.of(SentSignal.HELD, SentSignal.LEASED, SentSignal.BEACON, SentSignal.FINISHED);

    private final Execution execution;
    private final String node;
    private final Listener listener;
    private final RemoteRecords records;
    private final RemoteContext.RemoteClock clock;
    private volatile Hold hold;
    private Lease lease;
    private long after;

    /**
     * @param node its name
     */
    RemoteEventStream(
        Execution execution,
        String node,
        Listener listener,
        RemoteRecords records,
        RemoteContext.RemoteClock clock) {
      this.execution = execution;
      this.node = node;
      this.listener = listener;
      this.records = records;
      this.clock = clock;
    }

    /** Why the program waits there, or null. Thread-safe. */
    Hold hold() {
      return hold;
    }

    /** Null while it has none. */
    Lease lease() {
      return lease;
    }

    /** Requests the events that follow. */
    Opening opening(String owner) {
      return new Opening(
          execution.executionId(), execution.jobId(), owner, execution.placing().epoch(), after);
    }

    /** The number of the last event. */
    long after() {
      return after;
    }

    /**
     * Handles and acknowledges one event. The outcome alone is not acknowledged; for it the answer
     * is true.
     */
    boolean take(Talk open, Part first) {
      PartsInput content = new PartsInput(open, first, RemoteExecution.SILENCE);
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

    /** With the lease as reported at its start, as the clocks of nodes may differ. */
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

    /**
     * The bytes of one event, read part by part: at most one part is in memory.
     *
     * <p>Reading throws MnException when the connection is lost in the middle.
     */
    private static final class PartsInput extends InputStream {
      private final Talk talk;
      private final Duration patience;
      private Part part;
      private int at;

      PartsInput(Talk talk, Part first, Duration patience) {
        this.talk = talk;
        this.part = first;
        this.patience = patience;
      }

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] into, int from, int length) {
        while (at == part.body().length) {
          if (!part.more()) {
            return -1;
          }
          part = next();
          at = 0;
        }
        int some = Math.min(length, part.body().length - at);
        System.arraycopy(part.body(), at, into, from, some);
        at += some;
        return some;
      }

      /** Skips unread bytes. */
      void skip() {
        while (part.more()) {
          part = next();
        }
        at = part.body().length;
      }

      private Part next() {
        try {
          Part next = talk.next(patience);
          if (next == null || next.number() != part.number()) {
            throw MnException.unavailable("an event of the other node does not end", null);
          }
          return next;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw MnException.unavailable("it was interrupted", e);
        }
      }
    }
  }

  /**
   * Shared by all followers of programs on other nodes.
   *
   * @param owner this node as the owner of jobs
   * @param index is asked before a program that may run elsewhere is started again
   */
  record RemoteContext(
      String owner,
      KnownPeers nodes,
      PeerPrograms peers,
      RemoteExecutionIndex index,
      RemoteClock clock) {

    /** Milliseconds since the epoch. */
    interface RemoteClock {
      long now();
    }
  }

  /** The next step in following a program on another node. */
  enum RemoteStep {
    /** At once. */
    STEP,
    /** After a pause; at once when the program was left. */
    PAUSE,
    /** Once its outcome is recorded, or after some time. */
    RECORD,
    NONE
  }
}
