package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.NodeHealth;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeFault;
import io.mirrorneuron.port.node.NodeState.NodeFault.Kind;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.NodeFaults;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what goes wrong into the records of nodes, once a second at most: that this server has
 * begun, that it was cut off, that programs could not begin here, that others are not reached. A
 * node that is alone writes nothing. A note whose write may have arrived is written again, and
 * counts once. That a server is not reached which ends in good order is no fault. Thread-safe.
 */
final class OwnHealth implements NodeFaults, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnHealth.class);
  private static final long LOOK_MS = 1000;

  private final String self;
  private final NodeStore book;
  private final BooleanSupplier hasOthers;
  private final Timers timers;
  private final String begunAt;

  /** What is to be written, by node. */
  private final Map<String, NodeHealth> noted = new HashMap<>();

  private volatile Runnable greeting = () -> {};
  private boolean isWritten;
  private boolean wasCut;
  private boolean closed;

  /**
   * @param self the name of this node
   * @param hasOthers whether other nodes live, as far as this one has heard
   */
  OwnHealth(String self, NodeStore book, BooleanSupplier hasOthers, Timers timers) {
    this.self = self;
    this.book = book;
    this.hasOthers = hasOthers;
    this.timers = timers;
    this.begunAt = now();
  }

  @Override
  public void notBegun(String jobId, String reason) {
    note(self, new NodeFault(now(), Kind.NOT_BEGUN, jobId, reason));
  }

  @Override
  public void unreached(String node, String reason) {
    note(node, new NodeFault(now(), Kind.UNREACHED, self, reason));
  }

  private synchronized void note(String node, NodeFault fault) {
    if (hasOthers.getAsBoolean()) {
      noted.merge(node, NodeHealth.NONE.and(List.of(fault)), (old, more) -> old.and(more.faults()));
    }
  }

  /** Has others greeted once they are known; must not wait. */
  void onMeeting(Runnable greeting) {
    this.greeting = greeting;
  }

  /**
   * Writes from time to time.
   *
   * @param works whether others take this node for alive
   */
  void start(BooleanSupplier works) {
    Map<String, NodeHealth> taken;
    synchronized (this) {
      if (closed) {
        return;
      }
      look(works.getAsBoolean());
      taken = Map.copyOf(noted);
      noted.clear();
    }
    write(taken)
        .whenComplete((done, away) -> timers.at(timers.now() + LOOK_MS, () -> start(works)));
  }

  private void look(boolean works) {
    if (works && wasCut) {
      String at = now();
      note(self, new NodeFault(at, Kind.RETURNED, at, "its heartbeats were not answered"));
    }
    wasCut = !works;
    if (!isWritten && hasOthers.getAsBoolean()) {
      isWritten = true;
      noted.putIfAbsent(self, NodeHealth.NONE);
      greeting.run();
    }
  }

  private CompletionStage<?> write(Map<String, NodeHealth> notes) {
    return CompletableFuture.allOf(
        notes.entrySet().stream()
            .map(
                one ->
                    book.change(one.getKey(), before -> noted(before, one.getValue()))
                        .toCompletableFuture()
                        .exceptionally(away -> again(one.getKey(), one.getValue(), away)))
            .toArray(CompletableFuture[]::new));
  }

  private NodeState noted(NodeState before, NodeHealth more) {
    NodeHealth own = before.health();
    NodeHealth begun = before.node().equals(self) && !isClosed() ? own.begun(begunAt) : own;
    boolean isLeaving = before.isLeaving();
    List<NodeFault> counting =
        more.faults().stream()
            .filter(fault -> fault.kind() != Kind.UNREACHED || !isLeaving)
            .toList();
    return before.with(begun.and(counting));
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized NodeState again(String node, NodeHealth notes, Throwable away) {
    LOG.debug("what went wrong on node {} is noted later", node, away);
    noted.merge(node, notes, (newer, older) -> older.and(newer.faults()));
    return null;
  }

  /** This server ends in good order. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (!isWritten) {
        return;
      }
    }
    book.change(self, before -> before.with(before.health().ended(begunAt)))
        .exceptionally(
            away -> {
              LOG.debug("the end of this server is not noted", away);
              return null;
            });
  }

  private String now() {
    return Json.timestamp(Instant.ofEpochMilli(timers.now()));
  }
}
