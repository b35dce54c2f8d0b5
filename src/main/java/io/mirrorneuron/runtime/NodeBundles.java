package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.store.RedisBundleIndex;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.mirrorneuron.store.bundle.BundleIndex.Unused;
import io.mirrorneuron.store.bundle.FileBundleStore;
import io.mirrorneuron.store.bundle.SharedBundles;
import io.mirrorneuron.store.bundle.SharedTidying;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The payload files of this node and the shared store. */
record NodeBundles(FileBundleStore local, SharedBundles shared) {

  static NodeBundles of(RuntimeSettings settings, RuntimeIdentity identity, Place shared) {
    FileBundleStore local = new FileBundleStore(settings.bundles(), identity.clock());
    return new NodeBundles(
        local,
        new SharedBundles(
            local,
            new RedisBundleIndex(shared.pipelines(), shared.keys()),
            settings.sharing(),
            identity.nodeName(),
            identity.jobIdSuffixes()));
  }

  PayloadSource source() {
    return payloads -> shared.fetch(payloads.getFileName().toString());
  }

  BundleSweep sweep(Supplier<CompletionStage<Set<String>>> used, Timers timers, Duration lifetime) {
    return new BundleSweep(
        local, shared.tidying(), used, timers, Thread::startVirtualThread, lifetime);
  }

  /**
   * Removes unused payload files, on this node and in the shared store, and shares those that jobs
   * use; at the start and once an hour. Removes nothing while the set of used files is unknown.
   */
  static final class BundleSweep {
    private static final Logger LOG = LoggerFactory.getLogger(BundleSweep.class);
    private static final Duration INTERVAL = Duration.ofHours(1);

    private final FileBundleStore local;
    private final SharedTidying shared;
    private final Supplier<CompletionStage<Set<String>>> used;
    private final Timers timers;
    private final Executor threads;
    private final Duration lifetime;

    /**
     * @param used fingerprints of the files that jobs use
     * @param threads for file and store access
     * @param lifetime after the last use, on this node; one hour in the shared store, unless this
     *     is shorter
     */
    BundleSweep(
        FileBundleStore local,
        SharedTidying shared,
        Supplier<CompletionStage<Set<String>>> used,
        Timers timers,
        Executor threads,
        Duration lifetime) {
      this.local = local;
      this.shared = shared;
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
      try {
        Instant moment = Instant.ofEpochMilli(timers.now()).minus(lifetime);
        List<String> old = local.unusedSince(moment);
        Unused unused = shared.unusedFor(lifetime.compareTo(INTERVAL) < 0 ? lifetime : INTERVAL);
        List<String> unshared = shared.unshared();
        shared.removeLeftovers(moment);
        if (old.isEmpty() && unused.fingerprints().isEmpty() && unshared.isEmpty()) {
          return;
        }
        used.get()
            .thenAcceptAsync(
                kept -> {
                  removeOld(old, moment, kept);
                  shared.remove(unused, kept);
                  shared.share(unshared, kept);
                },
                threads)
            .exceptionally(
                failure -> {
                  notSwept(failure);
                  return null;
                });
      } catch (RuntimeException e) {
        notSwept(e);
      }
    }

    private void removeOld(List<String> old, Instant moment, Set<String> kept) {
      for (String name : old) {
        if (!kept.contains(name)) {
          local.remove(name, moment);
          LOG.info("removed the payload files {}, which no job has", name);
        }
      }
    }

    private static void notSwept(Throwable failure) {
      LOG.warn("unused payload files could not be removed", failure);
    }
  }
}
