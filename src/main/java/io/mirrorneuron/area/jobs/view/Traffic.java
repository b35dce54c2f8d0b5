package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Counts the messages between agents from the events of a job. */
final class Traffic {
  /** Most routes told apart; messages on further ones are only counted. */
  private static final int WAYS = 20_000;

  private static final Set<String> OF_MESSAGES =
      Set.of(
          "agent_message_received",
          "backpressure_signal",
          "delivery_failed",
          "backpressure_rejected");

  /**
   * @param type of the message, or {@code *}
   */
  record Way(String from, String to, String type) {
    String id() {
      return from + "->" + to + ":" + type;
    }
  }

  /**
   * @param lastSeenAt as the event writes it, or null
   */
  record Seen(int count, String lastSeenAt) {}

  private final Map<Way, Seen> ways = new LinkedHashMap<>();
  private long messages;
  private long events;

  void apply(JobEvent event) {
    events++;
    JsonNode message = message(event);
    String from = message.path("from").asText("");
    String to = message.path("to").asText("");
    to = to.isEmpty() && event.agentId() != null ? event.agentId() : to;
    if (from.isEmpty() || to.isEmpty()) {
      return;
    }
    messages++;
    Way way = new Way(from, to, message.path("type").asText("*"));
    if (ways.size() < WAYS || ways.containsKey(way)) {
      String at = event.ownText("timestamp", "ts");
      ways.merge(way, new Seen(1, at), (known, one) -> new Seen(known.count() + 1, at));
    }
  }

  private static JsonNode message(JobEvent event) {
    if (OF_MESSAGES.contains(event.type()) && event.payload().has("from")) {
      return event.payload();
    }
    JsonNode message = event.any("message");
    return message.path("envelope").isObject() ? message.get("envelope") : message;
  }

  Map<Way, Seen> ways() {
    return ways;
  }

  long messages() {
    return messages;
  }

  long events() {
    return events;
  }
}
