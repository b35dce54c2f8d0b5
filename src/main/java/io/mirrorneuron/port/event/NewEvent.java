package io.mirrorneuron.port.event;

import java.util.Map;

/**
 * An event that somebody wants to tell.
 *
 * @param eventId names it if it may be told again; null or blank for one that is told once
 * @param source null or blank is {@code api}
 * @param payload null is none
 */
public record NewEvent(
    String eventId, String eventType, String source, Map<String, Object> payload) {}
