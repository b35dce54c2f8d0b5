package io.mirrorneuron.port.schedule;

/** What the sender of an event is told: it has no right to more. */
public record AcceptedHook(String eventId, String status) {}
