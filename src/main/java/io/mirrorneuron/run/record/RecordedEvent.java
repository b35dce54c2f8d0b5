package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import java.time.Instant;

/**
 * An event of a job, as the store has it.
 *
 * @param json all of it
 * @param seq its number in the job, from 1
 * @param timestamp when it happened, as written
 */
record RecordedEvent(ObjectNode json, long seq, String type, String timestamp) {
  /** The part of a job that is none of its steps and none of its agents. */
  static final String WHOLE_JOB = "job";

  static RecordedEvent parse(StoredEvent stored) {
    ObjectNode json = Json.parseObject(stored.json(), "stored event");
    return new RecordedEvent(
        json,
        json.path("seq").asLong(),
        json.path("type").asText(),
        json.path("timestamp").asText());
  }

  /** Null when the timestamp is none. */
  Instant time() {
    return Records.time(timestamp);
  }

  /** A missing node when it has none. */
  JsonNode payload() {
    return json.path("payload");
  }

  /** The step that it is of, else the agent, else {@link #WHOLE_JOB}. */
  String part() {
    return json.path("step_id").asText(json.path("agent_id").asText(WHOLE_JOB));
  }

  /** The log of the run that it is for, beside that of events; empty for none. */
  String channel() {
    return json.path("channel").asText("");
  }

  /** Which attempt of its step it is of; 0 when it does not say. */
  int attempt() {
    return json.path("attempt").asInt();
  }

  /** A text of the event or, where it has no such member, of its payload; null without one. */
  String text(String member) {
    return (json.has(member) ? json : payload()).path(member).textValue();
  }
}
