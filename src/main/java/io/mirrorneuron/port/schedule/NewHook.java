package io.mirrorneuron.port.schedule;

/**
 * An address that is to be made.
 *
 * @param name for people, and in the source of its events
 * @param eventType of its events; null for {@code webhook_received}
 * @param signature {@code generic}, {@code github}, {@code stripe} or {@code none}; null for the
 *     first
 * @param secret that senders sign with; null for one that is made up
 */
public record NewHook(String name, String eventType, String signature, String secret) {}
