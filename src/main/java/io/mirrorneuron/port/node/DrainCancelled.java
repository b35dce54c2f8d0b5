package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The end of a drain that somebody asked for.
 *
 * @param status {@code cancelled}, also when there was none
 * @param wasDraining whether there was one; null from a server that does not tell
 * @param reason in the caller's words, or null
 * @param message that there was none, and what keeps the node from work still; or null
 */
public record DrainCancelled(
    String node,
    String status,
    @JsonInclude(JsonInclude.Include.NON_NULL) Boolean wasDraining,
    boolean schedulingEligible,
    String reason,
    @JsonInclude(JsonInclude.Include.NON_NULL) String message,
    NodeState nodeState) {}
