/**
 * Operations that are followed, as server-sent events or over a WebSocket. Entry point: {@link
 * io.mirrorneuron.gateway.stream.Streams}.
 */
package io.mirrorneuron.gateway.stream;
