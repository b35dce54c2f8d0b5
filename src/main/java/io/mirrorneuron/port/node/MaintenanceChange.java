package io.mirrorneuron.port.node;

/**
 * What came of switching maintenance on or off.
 *
 * @param reason in the caller's words, or null
 */
public record MaintenanceChange(
    String node,
    NodeCondition status,
    boolean schedulingEligible,
    String reason,
    Maintenance maintenance,
    NodeState nodeState) {}
