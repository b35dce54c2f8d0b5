package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.store.ResourceLimits;
import io.mirrorneuron.store.ResourceLimits.Resource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's limits as last stored or read by this node. A change by another node is known here
 * within {@link #KEEP} of a request. Thread-safe.
 */
public final class NodeLimits {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLimits.class);
  static final Duration KEEP = Duration.ofSeconds(5);

  private final ResourceLimits stored;
  private final Clock clock;
  private final AtomicBoolean reads = new AtomicBoolean();
  private volatile Map<Resource, Integer> known;
  private volatile Instant readAt;
  private volatile Runnable listener = () -> {};

  /** Blocking: reads the store. */
  public NodeLimits(ResourceLimits stored, Clock clock) {
    this.stored = stored;
    this.clock = clock;
    load();
  }

  /** The callback runs when limits were set, or a read has found other ones. */
  public void onChange(Runnable changed) {
    listener = changed;
  }

  /** Does not wait. */
  public Map<Resource, Integer> known() {
    if (clock.instant().isAfter(readAt.plus(KEEP)) && reads.compareAndSet(false, true)) {
      Thread.ofVirtual().name("mn-limits").start(this::refresh);
    }
    return known;
  }

  private void refresh() {
    try {
      load();
    } catch (RuntimeException e) { // Redis is away: the known limits stay
      LOG.debug("limits could not be read", e);
    } finally {
      reads.set(false);
    }
  }

  /** As stored now. Blocking. */
  public Map<Resource, Integer> load() {
    Map<Resource, Integer> before = known;
    Map<Resource, Integer> now = Map.copyOf(stored.load());
    known = now;
    readAt = clock.instant();
    if (!now.equals(before)) {
      listener.run();
    }
    return now;
  }

  /** Sets these limits durably; the others stay. Blocking. */
  public void merge(Map<Resource, Integer> changes) {
    stored.merge(changes);
    load();
  }
}
