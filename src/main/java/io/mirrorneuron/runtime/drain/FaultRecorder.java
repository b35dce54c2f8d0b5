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
 * Writes faults to the records of nodes, at most once a second: starts of this server, lost
 * connections, programs that could not start here, unreachable nodes. A node that is alone writes
 * nothing. A write in doubt is repeated, and counts once. A server that shuts down in order causes
 * no fault while it is unreachable. Thread-safe.
 */
final class FaultRecorder implements NodeFaults, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FaultRecorder.class);
  private static final long LOOK_MS = 1000;

  private final String self;
  private final NodeStore book;
  private final BooleanSupplier hasOthers;
  private final Timers timers;
  private final String begunAt;

  /** Unwritten faults, by node. */
  private final Map<String, NodeHealth> noted = new HashMap<>();

  private volatile Runnable greeting = () -> {};
  private boolean isWritten;
  private boolean wasCut;
  private boolean closed;

  /**
   * @param self the name of this node
   * @param hasOthers whether other nodes live, as far as this node knows
   */
  FaultRecorder(String self, NodeStore book, BooleanSupplier hasOthers, Timers timers) {
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

  /** Sets the callback that greets other nodes once they are known; must not wait. */
  void onMeeting(Runnable greeting) {
    this.greeting = greeting;
  }

  /**
   * Writes periodically.
   *
   * @param works whether other nodes consider this node alive
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

  /** Records that this server shuts down in order. */
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
