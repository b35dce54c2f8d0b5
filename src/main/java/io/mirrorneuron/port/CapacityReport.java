package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What the nodes have and how much of it the limits leave, in the JSON that the runtime wrote.
 * Nobody changes the JSON, so it is immutable.
 *
 * @param json {@code {mode, node_count, limits, combined, totals, usable, nodes}}
 */
public record CapacityReport(@JsonValue ObjectNode json) {}
