/**
 * One event loop with its connection to Redis: how the master is found, what its errors mean, and
 * when an answer counts. Entry: {@link io.mirrorneuron.store.connection.RedisPipeline}; lanes are
 * used through {@code store.RedisPipelines}.
 */
package io.mirrorneuron.store.connection;
