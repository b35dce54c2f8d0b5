package io.mirrorneuron.runtime;

import io.mirrorneuron.port.node.RunLocator;
import io.mirrorneuron.run.RunIndex.JobLocations;

/**
 * Finds the nodes on which runs are.
 *
 * @param runs one at a time
 * @param jobs of runs that have folders here
 */
public record PlacesOfRuns(RunLocator runs, JobLocations jobs) {}
