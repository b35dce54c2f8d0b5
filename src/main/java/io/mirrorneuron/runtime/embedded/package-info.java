/**
 * A runtime with all it needs in this process and no door: data directory, Redis, programs. Start
 * with {@link io.mirrorneuron.runtime.embedded.LocalRuntime}, which servers and {@link
 * io.mirrorneuron.runtime.embedded.EmbeddedRuntime} share. Above all other parts of the runtime but
 * its gRPC door.
 */
package io.mirrorneuron.runtime.embedded;
