package io.mirrorneuron.store;

/**
 * The Redis server that holds the state of all jobs, as {@code /runtime/status} shows it.
 *
 * @param target where it listens, without password
 * @param connected whether it can be asked now
 * @param version its maker and number; null when it does not tell
 * @param warning a sentence that says why a newer one is needed; null when none is
 * @param note what is known of this version and needs nobody to act, as nobody else reaches it;
 *     null when nothing is
 */
public record RedisState(
    String target, boolean connected, String version, String warning, String note) {}
