package io.mirrorneuron.area.cluster;

import io.mirrorneuron.store.RedisState;
import java.util.List;
import java.util.function.Supplier;

/**
 * Probes of the parts of this server.
 *
 * @param redis null when the runtime is remote, as its Redis is
 * @param fullDisks a sentence per full disk; empty while there is room
 * @param health the answer of {@code GET /health}; takes at most two seconds
 */
public record ServerProbes(
    Supplier<RedisState> redis, Supplier<List<String>> fullDisks, Supplier<Object> health) {}
