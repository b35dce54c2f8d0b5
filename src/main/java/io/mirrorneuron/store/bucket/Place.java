package io.mirrorneuron.store.bucket;

import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisPipelines;

/** Keys, and the connections over which the server is reached that has them. */
public record Place(RedisPipelines pipelines, Keys keys) {}
