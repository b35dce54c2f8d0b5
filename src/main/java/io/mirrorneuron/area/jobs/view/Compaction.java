package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonPreview;
import java.util.List;
import java.util.stream.Stream;

/** The compact form of events. Pure. */
public final class Compaction {
  private static final List<String> FAILURE_MEMBERS =
      List.of("schema_version", "code", "desc", "severity", "details", "remediation", "links");

  private static final List<String> CONTENT_MEMBERS =
      List.of("message", "payload", "sandbox", "error", "reason");

  private Compaction() {}

  /** Keeps {@code seq}, so that a stream can continue from the event. */
  public static ObjectNode event(JsonNode whole) {
    JsonPreview excerpt = JsonPreview.of(whole);
    JsonNode event = excerpt.json();
    ObjectNode compact = Json.object();
    put(compact, "type", event.get("type"));
    put(compact, "timestamp", first(event, "timestamp", "ts"));
    put(compact, "agent_id", first(event, "agent_id", "node_id"));
    put(compact, "status", event.get("status"));
    if (event.get("failure") instanceof ObjectNode failure) {
      ObjectNode bounded = compact.putObject("failure");
      FAILURE_MEMBERS.forEach(name -> put(bounded, name, excerpt.cut(failure.get(name), 2)));
    }
    CONTENT_MEMBERS.forEach(name -> put(compact, name, excerpt.cut(event.get(name), 1)));
    put(compact, "seq", event.get("seq"));
    return compact;
  }

  private static JsonNode first(JsonNode event, String... names) {
    return Stream.of(names).map(event::get).filter(Compaction::isPresent).findFirst().orElse(null);
  }

  private static void put(ObjectNode target, String name, JsonNode value) {
    if (isPresent(value)) {
      target.set(name, value);
    }
  }

  private static boolean isPresent(JsonNode value) {
    return value != null && !value.isNull() && !(value.isTextual() && value.textValue().isEmpty());
  }
}
