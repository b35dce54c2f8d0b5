package io.mirrorneuron.store;

/**
 * The Redis server with the state of all jobs, as {@code /runtime/status} shows it.
 *
 * @param target where it listens, without password
 * @param connected whether it can be reached now
 * @param version product and number; null when unknown
 * @param warning sentence that says why a newer version is needed; null for none
 * @param note known flaw of this version that needs no action, as only this machine reaches it;
 *     null for none
 */
public record RedisState(
    String target, boolean connected, String version, String warning, String note) {}
