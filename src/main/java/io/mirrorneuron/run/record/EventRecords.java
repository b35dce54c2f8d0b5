package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.EventId;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.util.Set;

/**
 * Makes the records of a job's events in the line files of its run. Deterministic: the same event
 * gives the same record.
 */
final class EventRecords {
  /** Members of an event that stand beside its payload. */
  private static final Set<String> OWN =
      Set.of("seq", "type", "timestamp", "agent_id", "node", "job_id", "payload");

  private static final String JOB = "job";

  private final String runId;
  private final JsonNode blueprintId;
  private final String traceId;
  private final String jobId;
  private final String jobSpan;

  EventRecords(String runId, JsonNode blueprintId, String traceId, String jobId) {
    this.runId = runId;
    this.blueprintId = blueprintId;
    this.traceId = traceId;
    this.jobId = jobId;
    this.jobSpan = DerivedId.span(traceId, JOB, 0);
  }

  /** The record for {@code events.jsonl}. */
  ObjectNode event(ObjectNode event) {
    ObjectNode record = head(event);
    JsonNode payload = event.get("payload");
    ObjectNode members = Json.object();
    event
        .properties()
        .forEach(
            member -> {
              if (!OWN.contains(member.getKey())) {
                members.set(member.getKey(), member.getValue());
              }
            });
    if (payload instanceof ObjectNode object) {
      members.setAll(object);
    } else if (payload != null) {
      members.set("value", payload);
    }
    record.set("payload", Redaction.of(members));
    return record;
  }

  /** The record for {@code errors.jsonl}, or null when the event tells of no failure. */
  ObjectNode error(ObjectNode event) {
    for (String at : new String[] {"/error", "/failure", "/payload/error", "/payload/failure"}) {
      if (event.at(at) instanceof ObjectNode failure && failure.has("code")) {
        ObjectNode record = Redaction.of(failure).deepCopy();
        JsonNode own = record.get("span_id");
        record.setAll(head(event));
        if (own != null) {
          record.set("span_id", own); // of what has failed
        }
        return record;
      }
    }
    return null;
  }

  /** A span is what one step does in one attempt, or an agent outside of steps; in the job's. */
  private void addSpan(ObjectNode record, ObjectNode event) {
    String part = event.path("step_id").asText(event.path("agent_id").asText(JOB));
    int attempt = event.path("attempt").asInt();
    record.put("span_id", DerivedId.span(traceId, part, part.equals(JOB) ? 0 : attempt));
    if (!part.equals(JOB)) {
      record.put("parent_span_id", jobSpan);
    }
  }

  /** What every record of this event has. */
  ObjectNode head(ObjectNode event) {
    ObjectNode record = Json.object();
    record.set("ts", event.path("timestamp"));
    record.set("type", event.path("type"));
    record.put("run_id", runId).set("blueprint_id", blueprintId);
    record.put("trace_id", traceId).put("job_id", jobId);
    record.set("seq", event.path("seq"));
    record.put("event_id", new EventId(jobId, event.path("seq").asLong()).toString());
    addSpan(record, event);
    for (String member : new String[] {"agent_id", "node"}) {
      if (event.hasNonNull(member)) {
        record.set(member, event.get(member));
      }
    }
    return record;
  }
}
