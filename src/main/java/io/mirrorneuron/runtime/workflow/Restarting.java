package io.mirrorneuron.runtime.workflow;

/**
 * What follows when an agent fails.
 *
 * @param restart on its node
 * @param reschedule on another one, when restarts are used up
 */
public record Restarting(RestartPolicy restart, RestartPolicy reschedule) {}
