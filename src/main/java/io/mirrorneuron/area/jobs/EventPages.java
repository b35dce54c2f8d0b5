package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.stored.Compaction;
import io.mirrorneuron.area.jobs.view.stored.JobEvent;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.Collectors;

/** Event pages as answers, and what is derived from event logs. Pure. */
final class EventPages {
  private EventPages() {}

  /** {@code {data, next, ended}}; full events are passed on as the texts they are. */
  static Buffer page(EventPage page, boolean compact) {
    String data =
        page.events().stream()
            .map(text -> compact ? Json.write(Compaction.event(JobEvent.parse(text).json())) : text)
            .collect(Collectors.joining(","));
    return Buffer.buffer(
        "{\"data\":[" + data + "],\"next\":" + page.next() + ",\"ended\":" + page.ended() + "}");
  }

  /**
   * Adds the dead letters among a slice of the log to the answer.
   *
   * @param letters the answer's {@code data}
   * @param start position of the slice's first event in the whole log
   */
  static void addDeadLetters(ArrayNode letters, List<String> slice, int start) {
    for (int i = 0; i < slice.size(); i++) {
      String text = slice.get(i);
      // Most events are none: look before parsing.
      JsonNode event = text.contains("dead_letter") ? JobEvent.parse(text).json() : Json.object();
      if (event.path("type").asText().equals("dead_letter")) {
        ObjectNode letter = letters.addObject();
        letter.put("index", letters.size() - 1).put("event_index", start + i);
        letter.set("agent_id", event.get("agent_id"));
        letter.set("reason", reason(event));
        letter.set("timestamp", event.get("timestamp"));
        letter.set("message", event.get("message"));
      }
    }
  }

  private static JsonNode reason(JsonNode event) {
    for (String pointer : List.of("/reason", "/error", "/payload/reason")) {
      JsonNode found = event.at(pointer);
      if (!found.isMissingNode() && !found.isNull()) {
        return found;
      }
    }
    return null;
  }
}
