package io.mirrorneuron.blueprint.bundle;

/**
 * Under which names a launch goes into the records of runs.
 *
 * @param revision of the blueprint; blank when nobody says
 */
public record RunIdentity(String blueprintId, String runId, String revision) {}
