package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.JobRecord.RunFacts;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonPreview;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The compact view of a job, built from the runtime's record and the job's last events. Pure. */
public final class CompactDetail {
  /** Number of last events from which the view is built. */
  public static final int EVENTS_READ = 200;

  private static final int EVENTS_SHOWN = 50;

  private CompactDetail() {}

  public static ObjectNode compact(String jobId, JobRecord record, EventPage last, RunFacts run) {
    List<JobEvent> events = last.events().stream().map(JobEvent::parse).toList();
    ArrayNode shown = shown(events);
    ObjectNode failure = record.failure();
    JsonNode observed = record.stored().observability();

    ObjectNode job = head(Json.object(), jobId, record, events);
    job.put("run_dir", run.folder()).putArray("artifacts").addAll(run.files());
    ObjectNode summary = head(Json.object().put("mode", "compact"), jobId, record, events);
    summary.put("event_count", last.next()).put("recent_event_count", shown.size());
    summary.put("artifact_count", run.files().size());
    summary.put("full_detail_url", "/api/v1/jobs/" + quoted(jobId) + "?include=full");
    put("submitted_by", record.submittedBy(), job, summary);
    put("cancelled_by", record.cancelledBy(), job, summary);
    put("cancel_reason", record.cancelReason(), job, summary);
    if (failure != null) {
      job.set("failure", failure);
      summary.set("failure", failure);
    }
    if (observed.isObject()) {
      summary.set("observability_summary", JsonPreview.cut(observed));
    }
    if (run.resources().isObject()) {
      summary.set("resource_usage", JsonPreview.cut(run.resources()));
    }

    ObjectNode detail = Json.object();
    detail.set("job", job);
    detail.set("summary", summary);
    detail.put("trace_id", record.traceId(events));
    detail.set("observability_summary", observed.isObject() ? observed : Json.object());
    detail.set("resource_usage", run.resources());
    detail.set("failure", failure);
    detail.set("agents", agents(record.agents(), events));
    detail.set("recent_events", shown);
    detail.set("events", shown);
    detail.putArray("artifacts").addAll(run.files());
    detail.putArray("output_files").addAll(run.files());
    return detail;
  }

  private static ObjectNode head(
      ObjectNode json, String jobId, JobRecord record, List<JobEvent> events) {
    return json.put("job_id", jobId)
        .put("run_id", record.runId(events))
        .put("trace_id", record.traceId(events))
        .put("graph_id", record.graphId(events))
        .put("status", record.status());
  }

  private static void put(String name, String person, ObjectNode job, ObjectNode summary) {
    if (person != null) {
      job.put(name, person);
      summary.put(name, person);
    }
  }

  private static ArrayNode shown(List<JobEvent> events) {
    ArrayNode shown = Json.MAPPER.createArrayNode();
    events.stream()
        .skip(Math.max(0, events.size() - EVENTS_SHOWN))
        .forEach(event -> shown.add(Compaction.event(event.json())));
    return shown;
  }

  /** The runtime's agents; if it names none, the agents that the events name. */
  private static JsonNode agents(JsonNode known, List<JobEvent> events) {
    if (known instanceof ArrayNode array && !array.isEmpty()) {
      return JsonPreview.cut(array);
    }
    Map<String, ObjectNode> seen = new TreeMap<>();
    for (JobEvent event : events) {
      String id = event.ownText("agent_id", "node_id");
      if (id != null) {
        ObjectNode agent =
            seen.computeIfAbsent(
                id,
                absent ->
                    Json.object()
                        .put("agent_id", id)
                        .put("status", "observed")
                        .put("event_count", 0));
        agent.put("event_count", agent.path("event_count").asInt() + 1);
        if (event.ownText("status") instanceof String status) {
          agent.put("status", status);
        }
      }
    }
    ArrayNode agents = Json.MAPPER.createArrayNode();
    seen.values().forEach(agents::add);
    return agents;
  }

  static String quoted(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
