package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.RedisBundleIndex;
import io.mirrorneuron.store.bucket.Place;
import io.mirrorneuron.store.bundle.FileBundleStore;
import io.mirrorneuron.store.bundle.SharedBundles;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The payload files of this node, and of all nodes. */
record NodeBundles(FileBundleStore local, SharedBundles shared) {

  static NodeBundles of(RuntimeSettings settings, RuntimeIdentity identity, Place shared) {
    FileBundleStore local = new FileBundleStore(settings.bundles(), identity.clock());
    return new NodeBundles(
        local,
        new SharedBundles(
            local,
            new RedisBundleIndex(shared.lanes(), shared.keys()),
            settings.sharing(),
            identity.nodeName(),
            identity.jobIdSuffixes()));
  }

  PayloadSource source() {
    return payloads -> shared.fetch(payloads.getFileName().toString());
  }

  /** See {@link BundleSweep}. */
  BundleSweep sweep(Supplier<CompletionStage<Set<String>>> used, Timers timers, Duration lifetime) {
    return new BundleSweep(
        local, shared.tidying(), used, timers, Thread::startVirtualThread, lifetime);
  }
}
