package io.mirrorneuron.runtime.engine;

import io.mirrorneuron.store.JobStore;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What all jobs of a node work with.
 *
 * @param bundles payload folder by fingerprint
 * @param changed hears the id of each job whose events have grown
 * @param inlineLimit see {@link Blobs}
 */
record Surroundings(
    JobStore store,
    Executions executions,
    Timers timers,
    Decider decider,
    JobDocuments documents,
    Function<String, Path> bundles,
    Consumer<String> changed,
    int inlineLimit) {}
