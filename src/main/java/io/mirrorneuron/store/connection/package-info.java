/**
 * One event loop with its connection to Redis: finding the master, meaning of errors,
 * acknowledgement of writes. Entry: {@link io.mirrorneuron.store.connection.RedisPipeline}, used
 * through {@code store.RedisPipelines}.
 */
package io.mirrorneuron.store.connection;
