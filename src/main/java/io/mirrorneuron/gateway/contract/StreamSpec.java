package io.mirrorneuron.gateway.contract;

import io.vertx.core.json.JsonObject;
import java.util.Set;

/**
 * How an operation can be followed: what {@code x-mn-stream} says.
 *
 * @param cursor the parameter that a stream moves on
 * @param id the member of each record that names it to clients
 * @param eventMember the member of each record that names its kind; null when none does
 * @param eventName the kind of all records, each of which replaces the one before; null when there
 *     is none
 * @param heartbeat the parameter that says after how many seconds of silence a stream shows that it
 *     lives; null when that is not for clients to choose
 * @param topic its name at a socket of topics; null when it has none
 */
public record StreamSpec(
    String cursor,
    String id,
    String eventMember,
    String eventName,
    String heartbeat,
    String topic) {
  static final Set<String> WORDS = Set.of("cursor", "id", "event", "heartbeat", "topic", "helper");
  static final Set<String> EVENT_WORDS = Set.of("member", "name");

  /** The parameter that pages a list; streams have pages of their own. */
  public static final String LIMIT = "limit";

  /** Null when the operation has no stream. */
  static StreamSpec read(JsonObject stream) {
    if (stream == null) {
      return null;
    }
    JsonObject event = stream.getJsonObject("event", new JsonObject());
    return new StreamSpec(
        stream.getString("cursor"),
        stream.getString("id", "seq"),
        event.getString("member"),
        event.getString("name"),
        stream.getString("heartbeat"),
        stream.getString("topic"));
  }

  /**
   * Whether each record replaces the one before, so that a client that has fallen behind needs only
   * the newest.
   */
  public boolean isSnapshot() {
    return eventName != null;
  }
}
