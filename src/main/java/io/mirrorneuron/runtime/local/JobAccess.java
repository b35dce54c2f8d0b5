package io.mirrorneuron.runtime.local;

import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.store.BundleStore;
import io.mirrorneuron.store.JobStore;

/** What those share who make jobs and read them: running, stored, and what they are made of. */
public record JobAccess(
    Engine engine,
    JobStore store,
    BundleStore bundles,
    ManifestCache manifests,
    NewJobs newJobs,
    JobHistory history) {}
