package io.mirrorneuron.gateway.contract;

import io.vertx.core.json.JsonObject;
import java.util.Set;

/**
 * What a WebSocket carries: what {@code x-mn-socket} says.
 *
 * @param stream the id of the operation that it follows; null for a socket of topics
 */
public record SocketSpec(String stream) {
  static final Set<String> WORDS = Set.of("stream", "realtime");

  /** Null when the operation is no socket. */
  static SocketSpec read(JsonObject socket) {
    return socket == null ? null : new SocketSpec(socket.getString("stream"));
  }

  boolean isRealtime() {
    return stream == null;
  }
}
