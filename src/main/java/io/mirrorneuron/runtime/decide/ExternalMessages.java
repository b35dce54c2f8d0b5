package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MessageForm;

/** Messages from outside the graph: seeds, and messages sent over the API. */
final class ExternalMessages {
  private ExternalMessages() {}

  /**
   * A seed is a body, or a message: with an envelope, or flat with a body of its own. A body whose
   * members only happen to have the names of envelope members is still a body.
   */
  static Message.Builder seed(String jobId, String entrypoint, JsonNode payload) {
    boolean hasBody = payload.has("body") || payload.has("payload");
    if (payload.path("envelope").isObject() || hasBody && MessageForm.isMessage(payload)) {
      Message given = new Message(0, MessageForm.full((ObjectNode) payload));
      return message(jobId, "runtime", entrypoint, "init", given);
    }
    return Message.builder(jobId, "runtime", entrypoint, "init")
        .with("class", "command")
        .body(payload);
  }

  /**
   * @param type default type
   * @param given as received
   */
  static Message.Builder message(String jobId, String from, String to, String type, Message given) {
    JsonNode envelope = given.envelope();
    ObjectNode message = given.json();
    Message.Builder builder =
        Message.builder(jobId, from, to, envelope.path("type").asText(type)).body(body(message));
    for (String member : new String[] {"correlation_id", "content_type", "content_encoding"}) {
      builder.with(member, envelope.path(member).asText(""));
    }
    builder.with("class", envelope.path("class").asText("command")).lifeOf(envelope);
    builder.headers(message.get("headers")).part("artifacts", message.get("artifacts"));
    builder.part(Message.BODY_ENCODING, message.get(Message.BODY_ENCODING));
    return builder.part("stream", message.get("stream"));
  }

  private static JsonNode body(JsonNode message) {
    JsonNode body = message.has("body") ? message.get("body") : message.get("payload");
    return body == null ? Json.object() : body;
  }

  static String sender(Message given) {
    return given.envelope().path("from").asText("external");
  }
}
