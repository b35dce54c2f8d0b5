/**
 * What is known of the disks under a server: whether there is room for new work, why not, and
 * whether the server can be expected to work. Start with {@link io.mirrorneuron.storage.Storage}.
 * Knows nobody but the model and the C library.
 */
package io.mirrorneuron.storage;
