/**
 * Jobs on a Redis Cluster: spread over buckets, each of which is a store of its own in one slot.
 * Entry: {@code JobPlaces}. Uses {@code store}.
 */
package io.mirrorneuron.store.bucket;
