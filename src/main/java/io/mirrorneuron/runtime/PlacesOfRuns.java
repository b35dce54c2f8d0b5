package io.mirrorneuron.runtime;

import io.mirrorneuron.port.node.RunNodes;
import io.mirrorneuron.run.RunIndex.JobPlaces;

/**
 * Finds the nodes on which runs are.
 *
 * @param runs one at a time
 * @param jobs of runs that have folders here
 */
public record PlacesOfRuns(RunNodes runs, JobPlaces jobs) {}
