package io.mirrorneuron.area.cluster;

import io.mirrorneuron.store.RedisState;
import java.util.List;
import java.util.function.Supplier;

/**
 * What can be asked of the parts of this server.
 *
 * @param redis null when the runtime is elsewhere, as is its Redis
 * @param fullDisks says in words what is full; empty while there is room
 * @param health what {@code GET /health} answers; takes two seconds at most
 */
public record ServerProbes(
    Supplier<RedisState> redis, Supplier<List<String>> fullDisks, Supplier<Object> health) {}
