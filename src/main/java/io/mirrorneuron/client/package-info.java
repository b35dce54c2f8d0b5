/**
 * A remote runtime over gRPC: the remote implementations of {@code port}. Start with {@link
 * io.mirrorneuron.client.Clients}.
 */
package io.mirrorneuron.client;
