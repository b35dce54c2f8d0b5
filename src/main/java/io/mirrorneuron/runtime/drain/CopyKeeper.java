package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.loop.JobMoves;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.port.Timers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the system jobs of this node, once a second while there are some, which nodes are to run
 * copies of them. The owner of a job alone does so: its epoch fences whoever was it before.
 */
final class CopyKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(CopyKeeper.class);
  private static final long LOOK_MS = 1000;

  private final JobMoves moves;
  private final Supplier<List<Machine>> machines;
  private final Supplier<CompletionStage<Map<String, NodeState>>> states;
  private final Supplier<CompletionStage<KnownNodes>> known;
  private final Timers timers;

  private volatile boolean closed;

  /**
   * @param machines of all living nodes; may wait
   * @param states what is decided of nodes
   */
  CopyKeeper(
      JobMoves moves,
      Supplier<List<Machine>> machines,
      Supplier<CompletionStage<Map<String, NodeState>>> states,
      Supplier<CompletionStage<KnownNodes>> known,
      Timers timers) {
    this.moves = moves;
    this.machines = machines;
    this.states = states;
    this.known = known;
    this.timers = timers;
  }

  void start() {
    timers.at(
        timers.now() + LOOK_MS,
        () -> {
          if (closed) {
            return;
          }
          if (moves.areSpread()) {
            Thread.ofVirtual().name("mn-copies").start(this::lookAndGoOn);
          } else {
            start();
          }
        });
  }

  private void lookAndGoOn() {
    try {
      List<Machine> living = machines.get();
      states
          .get()
          .thenCombine(
              known.get(),
              (decided, there) ->
                  new CopyNodes(
                      living,
                      decided,
                      there.names().collect(Collectors.toSet()),
                      Instant.ofEpochMilli(timers.now())))
          .thenAccept(nodes -> moves.spread(nodes::of))
          .whenComplete((done, away) -> start());
    } catch (MnException away) {
      LOG.debug("it is not known which nodes there are", away);
      start();
    }
  }

  void close() {
    closed = true;
  }
}
