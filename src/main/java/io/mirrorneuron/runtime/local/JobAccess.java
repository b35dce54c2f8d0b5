package io.mirrorneuron.runtime.local;

import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.store.BundleStore;
import io.mirrorneuron.store.JobStore;

/**
 * What the classes that make and read jobs share: the engine, the store, payload files and parsed
 * manifests.
 */
public record JobAccess(
    Engine engine,
    JobStore store,
    BundleStore bundles,
    ManifestCache manifests,
    NewJobs newJobs,
    JobHistory history) {}
