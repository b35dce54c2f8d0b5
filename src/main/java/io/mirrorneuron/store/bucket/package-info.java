/**
 * Jobs on a Redis Cluster: spread over buckets, each of which is a store of its own in one slot.
 * Entry: {@link io.mirrorneuron.store.bucket.StorePlaces}. Uses {@code store}.
 */
package io.mirrorneuron.store.bucket;
