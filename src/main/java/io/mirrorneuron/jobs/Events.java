package io.mirrorneuron.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.EventPage;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.Collectors;

/** Event pages as answers, and what is derived from event logs. Pure. */
final class Events {
  private static final int MAX_UNPARSEABLE_CHARS = 2000;

  private Events() {}

  /** A text that is not JSON becomes an event that says so. */
  static JsonNode parse(String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      return Json.object()
          .put("type", "unparseable_event")
          .put("message", text.substring(0, Math.min(MAX_UNPARSEABLE_CHARS, text.length())));
    }
  }

  /** {@code {data, next, ended}}; full events are passed on as the texts they are. */
  static Buffer page(EventPage page, boolean compact) {
    String data =
        page.events().stream()
            .map(text -> compact ? Json.write(Compaction.event(parse(text))) : text)
            .collect(Collectors.joining(","));
    return Buffer.buffer(
        "{\"data\":[" + data + "],\"next\":" + page.next() + ",\"ended\":" + page.ended() + "}");
  }

  /** The dead letters of a whole log, which starts at position 0. */
  static ObjectNode deadLetters(String jobId, List<String> log) {
    ObjectNode answer = Json.object().put("job_id", jobId);
    var letters = answer.putArray("data");
    for (int position = 0; position < log.size(); position++) {
      String text = log.get(position);
      // Most events are none: look before parsing.
      if (!text.contains("dead_letter")) {
        continue;
      }
      JsonNode event = parse(text);
      if (event.path("type").asText().equals("dead_letter")) {
        ObjectNode letter = letters.addObject();
        letter.put("index", letters.size() - 1).put("event_index", position);
        letter.set("agent_id", event.get("agent_id"));
        letter.set("reason", reason(event));
        letter.set("timestamp", event.get("timestamp"));
        letter.set("message", event.get("message"));
      }
    }
    return answer;
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
