/**
 * The basis of every server: data directory and folders, disks, ids, and the order of the shutdown.
 * Entry point: {@link io.mirrorneuron.server.ServerContext}. Uses configuration, storage and the
 * run store.
 */
package io.mirrorneuron.server;
