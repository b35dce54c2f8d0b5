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
 * The operator's limits as this node knows them: those it has stored or read last. What another
 * node stores is known here within {@link #KEEP}, if anybody asks. Thread-safe.
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

  /** Waits for the store. */
  public NodeLimits(ResourceLimits stored, Clock clock) {
    this.stored = stored;
    this.clock = clock;
    load();
  }

  /** From now on is called when limits were set, or are others than known so far. */
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
    } catch (RuntimeException e) { // Redis is away: what is known holds
      LOG.debug("limits could not be read", e);
    } finally {
      reads.set(false);
    }
  }

  /** As stored now; waits. */
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

  /** Sets these limits durably and leaves the others as they are; waits. */
  public void merge(Map<Resource, Integer> changes) {
    stored.merge(changes);
    load();
  }
}
