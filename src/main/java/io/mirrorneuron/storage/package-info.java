/**
 * The state of the disks under a server: whether there is room for new work, why not, and whether
 * the server is ready. Entry point: {@link io.mirrorneuron.storage.Storage}. Depends only on the
 * model and the C library.
 */
package io.mirrorneuron.storage;
