package io.mirrorneuron.port.upkeep;

/**
 * The end of a drain that somebody asked for.
 *
 * @param status {@code cancelled}
 * @param reason in the caller's words, or null
 */
public record DrainCancelled(
    String node, String status, boolean schedulingEligible, String reason, NodeState nodeState) {}
