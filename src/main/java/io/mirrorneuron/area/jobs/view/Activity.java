package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonPreview;
import java.util.Set;

/**
 * An event of a step or an agent in the form shown to clients: of bounded size and without secrets.
 */
final class Activity {
  private static final int MAX_MESSAGE = 320;
  private static final int MAX_WORD = 160;
  private static final int MAX_PAYLOAD = 2000;
  private static final Set<String> CATEGORIES =
      Set.of("agent", "tool", "system", "artifact", "error");

  private JobEvent event;
  private final String stepId;
  private String json;
  private String message;

  Activity(JobEvent event, String stepId) {
    this.event = event;
    this.stepId = stepId;
  }

  /** The record as JSON text. The first call releases the event. */
  String json() {
    if (json == null) {
      message = EventSentences.of(event, stepId, MAX_MESSAGE);
      json = Json.write(record());
      event = null;
    }
    return json;
  }

  /** The sentence for people. */
  String message() {
    json();
    return message;
  }

  private ObjectNode record() {
    ObjectNode record = Json.object();
    ObjectNode error = Errors.of(event);
    String time = event.ownText("timestamp", "ts");
    put(record, "timestamp", time, MAX_WORD);
    put(record, "type", event.type(), MAX_WORD);
    record.put("category", category(error));
    put(record, "step_id", stepId, MAX_WORD);
    put(record, "agent_id", event.agentId(), MAX_WORD);
    put(record, "status", event.text("status"), MAX_WORD);
    record.put("message", message);
    put(record, "tool_name", event.text("tool_name", "tool"), MAX_WORD);
    put(record, "target", event.text("target"), MAX_WORD);
    Double duration = event.number("duration_ms");
    if (duration != null) {
      record.put("duration_ms", duration);
    }
    String result = event.text("result_summary");
    if (result != null) {
      record.put("result_summary", result.substring(Math.max(0, result.length() - MAX_MESSAGE)));
    }
    put(record, "details", event.any("details"));
    put(record, "payload", event.payload());
    if (error != null) {
      record.set("failure", Errors.brief(error));
    }
    return record;
  }

  private String category(ObjectNode error) {
    String given = event.text("category");
    if (given != null && CATEGORIES.contains(given)) {
      return given;
    }
    String type = event.type();
    if (error != null
        || type.endsWith("failed")
        || type.endsWith("error")
        || type.contains("timed_out")
        || type.contains("retry")) {
      return "error";
    }
    if (type.startsWith("tool_")) {
      return "tool";
    }
    if (type.contains("artifact")) {
      return "artifact";
    }
    boolean agent =
        type.startsWith("financial_")
            || type.equals("agent_activity")
            || type.equals("blueprint_phase_started")
            || type.equals("blueprint_phase_completed");
    return agent ? "agent" : "system";
  }

  private static void put(ObjectNode record, String name, String value, int chars) {
    if (value != null) {
      record.put(name, value.substring(0, Math.min(chars, value.length())));
    }
  }

  /** A value that is too long is replaced by a note. */
  private static void put(ObjectNode record, String name, JsonNode value) {
    if (value.isMissingNode() || value.isNull() || value.isContainerNode() && value.isEmpty()) {
      return;
    }
    JsonNode shown = JsonPreview.cut(value);
    int length = Json.write(shown).length();
    record.set(
        name,
        length <= MAX_PAYLOAD ? shown : Json.object().put("omitted", true).put("chars", length));
  }
}
