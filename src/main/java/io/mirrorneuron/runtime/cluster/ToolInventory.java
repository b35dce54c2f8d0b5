package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one tool tells. It may take seconds, so it runs in the background, once at a time, when
 * somebody asks and the last answer is old; everybody gets the last answer meanwhile. A tool that
 * fails keeps its cards for a minute, as one bad moment must not take them away, and none after
 * that. Thread-safe.
 */
final class ToolInventory implements GpuInventory {
  private static final Logger LOG = LoggerFactory.getLogger(ToolInventory.class);

  /** After an answer without a device; after a failure at most. */
  private static final Duration KEEP_NONE = Duration.ofMinutes(1);

  private static final Duration KEEP_STALE = Duration.ofMinutes(1);

  /** A tool that works for a second rests for twenty. */
  private static final int REST = 20;

  private final GpuTool tool;
  private final GpuTool.ToolRun run;
  private final Duration patience;
  private final Clock clock;
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private final CountDownLatch answered = new CountDownLatch(1);
  private volatile List<Gpu> known = List.of();
  private volatile Instant knownAt = Instant.MIN;
  private volatile Instant refreshAt = Instant.MIN;
  private volatile String problem;

  /**
   * @param patience with everything that the tool is asked at a time
   */
  ToolInventory(GpuTool tool, GpuTool.ToolRun run, Duration patience, Clock clock) {
    this.tool = tool;
    this.run = run;
    this.patience = patience;
    this.clock = clock;
    known();
  }

  /** Waits as long as the program may take, and only at the start. */
  @Override
  public List<Gpu> whenKnown() {
    try {
      answered.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return known();
  }

  @Override
  public List<Gpu> known() {
    if (!clock.instant().isBefore(refreshAt) && refreshing.compareAndSet(false, true)) {
      Thread.ofVirtual().name(tool.program()).start(this::refresh);
    }
    return known;
  }

  @Override
  public List<String> problems() {
    String now = problem;
    return now == null ? List.of() : List.of(now);
  }

  private void refresh() {
    Instant begin = clock.instant();
    try {
      known = List.copyOf(tool.ask(run));
      knownAt = clock.instant();
      tell(null);
    } catch (IOException e) {
      LOG.debug("{} failed", tool.program(), e);
      if (clock.instant().isAfter(knownAt.plus(KEEP_STALE))) {
        known = List.of();
      }
      tell(tool.program() + " tells nothing of its cards: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Instant end = clock.instant();
      Duration rest = Duration.between(begin, end).multipliedBy(REST);
      refreshAt = end.plus(longer(rest, keep()));
      refreshing.set(false);
      answered.countDown();
    }
  }

  private Duration keep() {
    if (problem != null && tool.keep().compareTo(KEEP_NONE) > 0
        || problem == null && known.isEmpty()) {
      return KEEP_NONE;
    }
    return tool.keep();
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** Once for each new problem, not for each time that it comes again. */
  private void tell(String now) {
    if (now != null && !Objects.equals(now, problem)) {
      LOG.warn("{}", now);
    }
    problem = now;
  }
}
