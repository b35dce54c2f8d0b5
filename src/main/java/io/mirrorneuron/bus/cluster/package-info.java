/**
 * The event bus shared by several processes, if {@code vertx.cluster} is on: how a process joins
 * ({@link io.mirrorneuron.bus.cluster.BusMembership}), and how a gateway without areas calls those
 * of another process ({@link io.mirrorneuron.bus.cluster.ClusteredAreas}). Only this package uses
 * Hazelcast. Data that must be correct goes over Redis and gRPC, never over this bus.
 */
package io.mirrorneuron.bus.cluster;
