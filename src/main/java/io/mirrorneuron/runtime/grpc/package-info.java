/**
 * The gRPC endpoint over the client ports; {@link io.mirrorneuron.runtime.grpc.RuntimeServer} opens
 * it. The only users of generated stubs besides {@code client}.
 */
package io.mirrorneuron.runtime.grpc;
