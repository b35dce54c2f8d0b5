/**
 * A complete runtime in this process, without endpoints: data directory, Redis, programs. Start
 * with {@link io.mirrorneuron.runtime.embedded.LocalRuntime}, which servers and {@link
 * io.mirrorneuron.runtime.embedded.EmbeddedRuntime} share. Above all other parts of the runtime
 * except its gRPC endpoint.
 */
package io.mirrorneuron.runtime.embedded;
