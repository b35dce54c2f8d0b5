package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An edge between agents or steps, however it is written. What is not told is null.
 *
 * @param from or {@code fromNode} or {@code source}, as {@code to}
 * @param event that makes {@code to} start; or {@code messageType} or {@code on}
 * @param required as its author wrote it, as {@code accepts} and {@code condition}
 */
public record EdgeFacts(
    String from,
    String fromNode,
    String source,
    String to,
    String toNode,
    String target,
    String event,
    String messageType,
    String on,
    String id,
    String edgeId,
    JsonNode required,
    JsonNode accepts,
    JsonNode condition) {}
