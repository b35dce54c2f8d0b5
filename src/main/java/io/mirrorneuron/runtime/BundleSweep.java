package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.BundleStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes payload files that no job has and that were used last long ago; now and once an hour.
 * When it cannot be told which files jobs have, all stay.
 */
final class BundleSweep {
  private static final Logger LOG = LoggerFactory.getLogger(BundleSweep.class);
  private static final Duration INTERVAL = Duration.ofHours(1);

  private final BundleStore bundles;
  private final Supplier<CompletionStage<Set<String>>> used;
  private final Timers timers;
  private final Executor threads;
  private final Duration lifetime;

  /**
   * @param used fingerprints that jobs have
   * @param threads for work on files
   * @param lifetime after the last use
   */
  BundleSweep(
      BundleStore bundles,
      Supplier<CompletionStage<Set<String>>> used,
      Timers timers,
      Executor threads,
      Duration lifetime) {
    this.bundles = bundles;
    this.used = used;
    this.timers = timers;
    this.threads = threads;
    this.lifetime = lifetime;
  }

  void keepOn() {
    threads.execute(this::sweep);
    timers.at(timers.now() + INTERVAL.toMillis(), this::keepOn);
  }

  private void sweep() {
    Instant moment = Instant.ofEpochMilli(timers.now()).minus(lifetime);
    List<String> unused = bundles.unusedSince(moment);
    if (unused.isEmpty()) {
      return;
    }
    used.get()
        .thenAcceptAsync(
            kept ->
                unused.stream()
                    .filter(name -> !kept.contains(name))
                    .forEach(
                        name -> {
                          bundles.remove(name, moment);
                          LOG.info("removed the payload files {}, which no job has", name);
                        }),
            threads)
        .exceptionally(
            failure -> {
              LOG.warn("unused payload files could not be removed", failure);
              return null;
            });
  }
}
