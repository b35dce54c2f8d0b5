/**
 * What stands before every door of this process, HTTP and gRPC alike: how many connections may be
 * open, how long a request's head may take, and that a head means the same to everybody who reads
 * it. Speaks Netty, because Vert.x shows a connection only after its first request.
 */
package io.mirrorneuron.listen;
