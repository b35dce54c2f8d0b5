package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that wait on the node of their job. While a disk there is full and none can start, those
 * that another node would start are moved, without counting an attempt. Thread-safe.
 */
final class DiskFullMoves {
  private static final Logger LOG = LoggerFactory.getLogger(DiskFullMoves.class);
  private static final long LOOK_MS = 1000;

  private final Cluster cluster;
  private final Predicate<Execution> canLeave;
  private final Consumer<String> stop;
  private final Map<String, Execution> waiting = new ConcurrentHashMap<>();
  private final AtomicBoolean looks = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * @param canLeave whether another node would start it now; may wait
   * @param stop ends an execution of this node
   */
  DiskFullMoves(Cluster cluster, Predicate<Execution> canLeave, Consumer<String> stop) {
    this.cluster = cluster;
    this.canLeave = canLeave;
    this.stop = stop;
  }

  /** The listener of a program that is about to start here. */
  Listener watching(Execution execution, Listener listener) {
    String id = execution.executionId();
    waiting.put(id, execution);
    keepLooking();
    return signal -> {
      if (signal instanceof Signal.Leased || signal instanceof Signal.Finished) {
        waiting.remove(id);
      }
      listener.signal(signal);
    };
  }

  private void keepLooking() {
    if (!closed && looks.compareAndSet(false, true)) {
      cluster.timers().at(cluster.timers().now() + LOOK_MS, this::look);
    }
  }

  private void look() {
    if (cluster.isFull()) {
      Thread.ofVirtual().name("mn-home-waits").start(this::moveAndGoOn); // it asks other nodes
    } else {
      goOn();
    }
  }

  private void moveAndGoOn() {
    try {
      waiting.values().stream().filter(canLeave).forEach(this::move);
    } catch (RuntimeException e) {
      LOG.warn("programs that wait for room stay here for now: {}", e.toString());
    } finally {
      goOn();
    }
  }

  private void move(Execution execution) {
    if (waiting.remove(execution.executionId(), execution)) {
      LOG.info("execution {} is begun elsewhere: a disk is full here", execution.executionId());
      stop.accept(execution.executionId());
    }
  }

  private void goOn() {
    looks.set(false);
    if (!waiting.isEmpty()) {
      keepLooking();
    }
  }

  void close() {
    closed = true;
  }
}
