package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * A message in a mailbox ({@code mn-msg/1}).
 *
 * @param seq its place in the order of the job
 * @param json {@code {envelope, headers, body, artifacts, stream, body_encoding?}}; never changed
 */
public record Message(long seq, ObjectNode json) {
  /** Member beside {@code body}: {@code base64} when the body is text that stands for bytes. */
  public static final String BODY_ENCODING = "body_encoding";

  /** Header: the step that the message is for. */
  public static final String STEP = "mn.workflow.step_id";

  /** Header: the step whose work has sent it, perhaps through agents without a step. */
  static final String SOURCE_STEP = "mn.workflow.source_step_id";

  /** Header: the round through all steps. */
  static final String WORKFLOW_RUN = "mn.workflow.run_id";

  /** Headers that describe one attempt and mean nothing to the receivers of its messages. */
  private static final List<String> OF_ATTEMPT =
      List.of(
          STEP,
          "mn.workflow.attempt_id",
          "mn.workflow.attempt",
          "mn.workflow.deadline_at",
          "mn.workflow.heartbeat_deadline_at",
          "mn.workflow.idempotency_key",
          "mn.workflow.timeout_seconds",
          "mn.workflow.heartbeat_timeout_ms");

  public String id() {
    return envelope("message_id");
  }

  String from() {
    return envelope("from");
  }

  public String to() {
    return envelope("to");
  }

  public String type() {
    return envelope("type");
  }

  /** Of the message that began the conversation; an empty text when there is none. */
  public String correlationId() {
    return envelope("correlation_id");
  }

  /** How often it was sent. */
  public int attempt() {
    return envelope().path("attempt").asInt();
  }

  public JsonNode body() {
    return json.path("body");
  }

  public JsonNode headers() {
    return json.path("headers");
  }

  /** The step that the message is for, or null. */
  public String stepId() {
    return headers().path(STEP).asText(null);
  }

  /** The step whose work has sent it, or null. */
  public String sourceStepId() {
    return headers().path(SOURCE_STEP).asText(null);
  }

  /** The same message, addressed to a step. */
  public Message forStep(String stepId, String workflowRun) {
    ObjectNode headers = Json.object();
    if (headers() instanceof ObjectNode own) {
      headers.setAll(own);
    }
    headers.put(STEP, stepId).put(WORKFLOW_RUN, workflowRun);
    ObjectNode copy = Json.object();
    copy.setAll(json);
    copy.set("headers", headers);
    return new Message(seq, copy);
  }

  /** The same as a new message, which gets an id of its own. */
  public Message unsent() {
    ObjectNode copy = json.deepCopy();
    copy.withObject("/envelope").remove("message_id");
    return new Message(seq, copy);
  }

  /** Whether it has waited longer than its {@code ttl_ms} allows; never without one. */
  public boolean isExpired(long now) {
    long ttl = envelope().path("ttl_ms").asLong();
    if (ttl <= 0) {
      return false;
    }
    try {
      return Instant.parse(envelope("timestamp")).toEpochMilli() + ttl < now;
    } catch (DateTimeParseException e) {
      return false; // not a valid time: no limit
    }
  }

  public JsonNode envelope() {
    return json.path("envelope");
  }

  private String envelope(String member) {
    return envelope().path(member).asText();
  }

  /** The message without its content, for events. */
  public ObjectNode summary() {
    ObjectNode summary = Json.object();
    JsonNode envelope = envelope();
    for (String member :
        new String[] {
          "message_id", "from", "to", "type", "class", "content_type", "content_encoding"
        }) {
      if (envelope.has(member)) {
        summary.set(member, envelope.get(member));
      }
    }
    if (json.hasNonNull("stream")) {
      summary.set("stream", json.get("stream"));
    }
    return summary;
  }

  public static Builder builder(String jobId, String from, String to, String type) {
    return new Builder(jobId, from, to, type);
  }

  /** Fills in the defaults of the envelope; null members are left out. */
  public static final class Builder {
    private final ObjectNode envelope = Json.object();
    private final ObjectNode json = Json.object();
    private ObjectNode headers = Json.object();
    private JsonNode body = Json.object();

    private Builder(String jobId, String from, String to, String type) {
      envelope.put("spec_version", "mn-msg/1");
      envelope.put("job_id", jobId).put("from", from).put("to", to).put("type", type);
      envelope.put("class", "event").put("attempt", 1).put("priority", 100);
      envelope.put("content_type", "application/json").put("content_encoding", "identity");
    }

    public Builder id(String id) {
      envelope.put("message_id", id);
      return this;
    }

    public Builder with(String member, String value) {
      if (value != null && !value.isEmpty()) {
        envelope.put(member, value);
      }
      return this;
    }

    /** Takes over the time to live and the priority. */
    public Builder lifeOf(JsonNode given) {
      for (String member : new String[] {"ttl_ms", "priority"}) {
        if (given.path(member).isIntegralNumber()) {
          envelope.set(member, given.get(member));
        }
      }
      return this;
    }

    /** Sets the member unless it is there already. */
    public Builder orElse(String member, String value) {
      return envelope.has(member) ? this : with(member, value);
    }

    public Builder body(JsonNode value) {
      body = value;
      return this;
    }

    /** Adds headers; a repeated header gets the later value. */
    public Builder headers(JsonNode more) {
      if (more instanceof ObjectNode added) {
        headers = headers.deepCopy().setAll(added);
      }
      return this;
    }

    /** Drops the headers that describe an attempt and names the sending step. */
    public Builder sentBy(StepState step) {
      headers.remove(OF_ATTEMPT);
      return headers(Json.object().put(SOURCE_STEP, step.id()));
    }

    /** Copies {@code artifacts}, {@code stream} or {@code body_encoding} when there is one. */
    public Builder part(String name, JsonNode value) {
      if (value != null && !value.isNull() && !(value instanceof MissingNode)) {
        json.set(name, value);
      }
      return this;
    }

    /** The message for {@code to}; the builder can be used for further receivers. */
    public Message build(long seq, String to) {
      return new Message(seq, whole(envelope.deepCopy().put("to", to)));
    }

    /** The message without a receiver or a place in the order of the job. */
    public Message preview() {
      return new Message(0, whole(envelope.deepCopy()));
    }

    private ObjectNode whole(ObjectNode own) {
      ObjectNode copy = Json.object();
      copy.set("envelope", own);
      copy.set("headers", headers);
      copy.set("body", body);
      copy.set("artifacts", json.has("artifacts") ? json.get("artifacts") : copy.arrayNode());
      copy.set("stream", json.has("stream") ? json.get("stream") : copy.nullNode());
      if (json.has(BODY_ENCODING)) {
        copy.set(BODY_ENCODING, json.get(BODY_ENCODING));
      }
      return copy;
    }
  }
}
