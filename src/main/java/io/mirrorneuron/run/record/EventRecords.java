package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.EventId;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MarkedSecrets;
import java.util.List;
import java.util.Set;

/**
 * Makes the records that the logs of a run have of its job's events. The same event always gives
 * the same record.
 */
final class EventRecords {
  /** Members of an event that its record has at the top level; all others go into the payload. */
  private static final Set<String> OWN =
      Set.of("seq", "type", "timestamp", "agent_id", "node", "job_id", "payload", "channel");

  private final String runId;
  private final String blueprintId;
  private final String traceId;
  private final String jobId;
  private final MarkedSecrets secrets;
  private final String jobSpan;

  /**
   * @param blueprintId null when it is not known
   */
  EventRecords(RecordedJob job, String blueprintId, MarkedSecrets secrets) {
    this.runId = job.runId();
    this.blueprintId = blueprintId;
    this.traceId = job.traceId();
    this.jobId = job.jobId();
    this.secrets = secrets;
    this.jobSpan = DerivedId.span(traceId, RecordedEvent.WHOLE_JOB, 0);
  }

  /** The record for {@code events.jsonl}. */
  RunRecord event(RecordedEvent event) {
    ObjectNode record = head(event);
    ObjectNode members = Json.object();
    event
        .json()
        .properties()
        .forEach(
            member -> {
              if (!OWN.contains(member.getKey())) {
                members.set(member.getKey(), member.getValue());
              }
            });
    if (event.payload() instanceof ObjectNode object) {
      members.setAll(object);
    } else if (!event.payload().isMissingNode()) {
      members.set("value", event.payload());
    }
    record.set("payload", secrets.hide(members));
    return new RunRecord(record);
  }

  /**
   * The record for {@code human.jsonl}, or null when the event is not about what a step asks
   * people. Whole, as programs read their answers there. Members beside the payload are the
   * runtime's own.
   */
  RunRecord human(RecordedEvent event) {
    if (!event.channel().equals(RunLog.HUMAN.channel())) {
      return null;
    }
    ObjectNode record = head(event).put("channel", event.channel());
    return new RunRecord(record.set("payload", event.payload()));
  }

  /** The record for {@code errors.jsonl}, or null when the event tells of no failure. */
  RunRecord error(RecordedEvent event) {
    for (String at : new String[] {"/error", "/failure", "/payload/error", "/payload/failure"}) {
      if (event.json().at(at) instanceof ObjectNode failure && failure.has("code")) {
        ObjectNode record = secrets.hide(failure).deepCopy();
        JsonNode own = record.get("span_id");
        record.setAll(head(event));
        if (own != null) {
          record.set("span_id", own); // of what has failed
        }
        return new RunRecord(record);
      }
    }
    return null;
  }

  /** One attempt of a step, or an agent outside of steps, is a span within that of the job. */
  private void addSpan(ObjectNode record, RecordedEvent event) {
    String part = event.part();
    if (part.equals(RecordedEvent.WHOLE_JOB)) {
      record.put("span_id", jobSpan);
    } else {
      record.put("span_id", DerivedId.span(traceId, part, event.attempt()));
      record.put("parent_span_id", jobSpan);
    }
  }

  /** The members that the records of an event have in all logs. */
  ObjectNode head(RecordedEvent event) {
    ObjectNode record = Json.object();
    record.put("ts", event.timestamp()).put("type", event.type());
    record.put("run_id", runId).put("blueprint_id", blueprintId);
    record.put("trace_id", traceId).put("job_id", jobId);
    record.put("seq", event.seq());
    record.put("event_id", new EventId(jobId, event.seq()).toString());
    addSpan(record, event);
    for (String member : List.of("agent_id", "node")) {
      if (event.json().hasNonNull(member)) {
        record.set(member, event.json().get(member));
      }
    }
    return record;
  }
}
