package io.mirrorneuron.port;

/**
 * An agent of a job. What a runtime does not tell is null.
 *
 * @param type {@code executor}, {@code router} …
 * @param processed how many messages it has handled
 * @param depth how many wait for it
 */
public record JobAgent(
    String id, String type, String status, Long processed, Long depth, String lastError) {}
