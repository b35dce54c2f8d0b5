package io.mirrorneuron.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.EventPage;
import io.mirrorneuron.wire.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The compact view of a job, made of what the runtime says and of its last events. Pure. */
final class JobDetail {
  /** How many of the last events the view is made of. */
  static final int EVENTS_READ = 200;

  private static final int EVENTS_SHOWN = 50;
  private static final Set<String> SUCCESS =
      Set.of("completed", "complete", "done", "finished", "succeeded", "success");

  private JobDetail() {}

  /**
   * @param full as {@code JobsClient.brief} or {@code get} answers
   * @param last the last {@link #EVENTS_READ} events
   */
  static ObjectNode compact(String jobId, ObjectNode full, EventPage last) {
    List<JsonNode> events = last.events().stream().map(Events::parse).toList();
    JsonNode stored = full.path("job");
    String status = text(stored.get("status"), full.at("/summary/status"), "unknown");
    JsonNode runId = found("run_id", stored, events);
    JsonNode traceId = found("trace_id", stored, events);
    JsonNode graphId = found("graph_id", stored, events);
    JsonNode failure = SUCCESS.contains(status) ? null : failure(stored, full.path("summary"));
    ArrayNode shown = shown(events);

    ObjectNode job = Json.object().put("job_id", jobId);
    job.set("run_id", runId);
    job.set("trace_id", traceId);
    job.set("graph_id", graphId);
    job.put("status", status).putNull("run_dir").putArray("artifacts");

    ObjectNode summary = Json.object().put("mode", "compact").put("job_id", jobId);
    summary.set("run_id", runId);
    summary.set("trace_id", traceId);
    summary.set("graph_id", graphId);
    summary.put("status", status).put("event_count", last.next());
    summary.put("recent_event_count", shown.size()).put("artifact_count", 0);
    summary.put("full_detail_url", "/api/v1/jobs/" + quoted(jobId) + "?include=full");
    if (failure != null) {
      job.set("failure", failure);
      summary.set("failure", failure);
    }

    ObjectNode detail = Json.object();
    detail.set("job", job);
    detail.set("summary", summary);
    detail.set("trace_id", traceId);
    detail.putObject("observability_summary");
    detail.putNull("resource_usage");
    detail.set("failure", failure);
    detail.set("agents", agents(full.path("agents"), events));
    detail.set("recent_events", shown);
    detail.set("events", shown);
    detail.putArray("artifacts");
    detail.putArray("output_files");
    return detail;
  }

  private static ArrayNode shown(List<JsonNode> events) {
    ArrayNode shown = Json.MAPPER.createArrayNode();
    events.stream()
        .skip(Math.max(0, events.size() - EVENTS_SHOWN))
        .forEach(event -> shown.add(Compaction.event(event)));
    return shown;
  }

  /** The runtime's agents; where it names none, those that the events name. */
  private static JsonNode agents(JsonNode known, List<JsonNode> events) {
    if (known instanceof ArrayNode array && !array.isEmpty()) {
      return Compaction.value(array);
    }
    Map<String, ObjectNode> seen = new TreeMap<>();
    for (JsonNode event : events) {
      String id = text(event.get("agent_id"), event.path("node_id"), "");
      if (!id.isEmpty()) {
        ObjectNode agent =
            seen.computeIfAbsent(
                id,
                absent ->
                    Json.object()
                        .put("agent_id", id)
                        .put("status", "observed")
                        .put("event_count", 0));
        agent.put("event_count", agent.path("event_count").asInt() + 1);
        if (event.path("status").isTextual()) {
          agent.set("status", event.get("status"));
        }
      }
    }
    ArrayNode agents = Json.MAPPER.createArrayNode();
    seen.values().forEach(agents::add);
    return agents;
  }

  private static JsonNode failure(JsonNode stored, JsonNode summary) {
    return Stream.of(stored.get("failure"), summary.get("failure"), stored.at("/result/error"))
        .filter(Objects::nonNull)
        .filter(JsonNode::isObject)
        .findFirst()
        .map(Compaction::value)
        .orElse(null);
  }

  /** The member of the stored job, else of the first event that has it, else a null node. */
  private static JsonNode found(String name, JsonNode stored, List<JsonNode> events) {
    return Stream.concat(
            Stream.of(stored, stored.path("workflow_state")),
            events.stream().flatMap(event -> Stream.of(event, event.path("payload"))))
        .map(node -> node.path(name))
        .filter(JsonNode::isTextual)
        .findFirst()
        .orElse(Json.MAPPER.nullNode());
  }

  private static String text(JsonNode first, JsonNode second, String fallback) {
    if (first != null && first.isTextual()) {
      return first.textValue();
    }
    return second.isTextual() ? second.textValue() : fallback;
  }

  private static String quoted(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
