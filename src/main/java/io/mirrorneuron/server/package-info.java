/**
 * What every server of ours is made with, whether it opens doors or not: its data directory and
 * folders, its disks, ids, and the order in which all is closed. Start with {@link
 * io.mirrorneuron.server.ServerContext}. Uses configuration, storage and the run store.
 */
package io.mirrorneuron.server;
