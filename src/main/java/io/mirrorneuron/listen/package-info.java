/**
 * The guard in front of every HTTP and gRPC endpoint of this process: limits open connections and
 * the time of a request's head, and ensures that a head has one meaning for every reader. Uses
 * Netty, because Vert.x shows a connection only after its first request.
 */
package io.mirrorneuron.listen;
