/**
 * The event bus that several processes share, if {@code vertx.cluster} says so: how a process joins
 * ({@link io.mirrorneuron.bus.cluster.BusMembership}), and how a gateway without areas finds those
 * of another process and calls them ({@link io.mirrorneuron.bus.cluster.ClusteredAreas}). Only this
 * package knows Hazelcast. What must be right goes over Redis and gRPC, never over this bus.
 */
package io.mirrorneuron.bus.cluster;
