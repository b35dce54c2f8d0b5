package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a runtime tells of a job, in full or without manifest, topology, result and events. This is
 * the one place that reads it by name. It keeps the JSON that the runtime wrote and hands that on:
 * runtimes differ in what they leave out, tell as null or know besides, and clients get all of it.
 * Nobody changes the JSON, so it is immutable. A text that is blank or no text counts as absent;
 * what is absent is null, or a missing node where JSON is answered.
 *
 * @param json {@code {job, summary, agents, recent_events, sandboxes}} or {@code {job, agents}};
 *     empty when the runtime does not know the job
 */
public record JobDetail(@JsonValue ObjectNode json) {
  /** Of a job that no runtime knows. */
  public static final JobDetail NONE = new JobDetail(JsonNodeFactory.instance.objectNode());

  private JsonNode told() {
    return json.path("job");
  }

  /** Where a member of the job may stand, the most trustworthy place first. */
  private Stream<JsonNode> places() {
    return Stream.of(told(), json.path("summary"), told().path("workflow_state"));
  }

  /** The text of the first place that has it under one of the names. */
  private String text(String... names) {
    JsonNode told = told();
    String found = text(told, names);
    found = found == null ? text(json.path("summary"), names) : found;
    return found == null ? text(told.path("workflow_state"), names) : found;
  }

  private static String text(JsonNode place, String[] names) {
    for (String name : names) {
      String text = place.path(name).textValue();
      if (text != null && !text.isBlank()) {
        return text;
      }
    }
    return null;
  }

  /** Whether the runtime knows the job. */
  public boolean isKnown() {
    return told().isObject();
  }

  /** The job at a glance, as {@code job} alone has it. */
  public JobBrief job() {
    return JobBrief.of(told());
  }

  /** The word of the runtime. */
  public String status() {
    return text("status");
  }

  public String runId() {
    return text("run_id", "runId");
  }

  public String graphId() {
    return text("graph_id");
  }

  public String traceId() {
    return text("trace_id");
  }

  /** ISO-8601. */
  public String submittedAt() {
    return text("submitted_at", "started_at", "created_at");
  }

  /** ISO-8601. */
  public String endedAt() {
    return text("ended_at", "finished_at", "completed_at");
  }

  public String submittedBy() {
    return told().path("submitted_by").textValue();
  }

  public String cancelledBy() {
    return told().path("cancelled_by").textValue();
  }

  /** What may tell why the job failed, the most trustworthy first; some are missing nodes. */
  public List<JsonNode> failures() {
    return places().flatMap(JobDetail::failures).toList();
  }

  /** The same for any document of a job. */
  public static Stream<JsonNode> failures(JsonNode place) {
    return Stream.of(
        place.path("failure"),
        place.path("error"),
        place.path("result").path("error"),
        place.path("reason"),
        place.path("status_reason"));
  }

  /** Whether it is a service or its kind, which end only by a word from outside. */
  public boolean isLasting() {
    return places().anyMatch(JobDetail::isLasting);
  }

  /** The same of any document of a job, or of a manifest. */
  public static boolean isLasting(JsonNode place) {
    return Stream.of("workflow_kind", "job_type", "type", "kind")
            .map(name -> place.path(name).asText())
            .anyMatch(word -> word.equals("service") || word.equals("system"))
        || place.path("stream_mode").asText().equals("live");
  }

  /** The number of the last event that it knows of; {@link Long#MAX_VALUE} when it knows none. */
  public long lastEvent() {
    JsonNode counted = told().path("event_seq");
    JsonNode newest = json.path("recent_events").path(0).path("seq");
    JsonNode number = counted.isIntegralNumber() ? counted : newest;
    return number.isIntegralNumber() ? number.asLong() : Long.MAX_VALUE;
  }

  /** Of the job's payload files. */
  public String bundleFingerprint() {
    return JobBrief.word(told().path("manifest_ref"), "bundle_fingerprint");
  }

  public List<JobAgent> agents() {
    return StreamSupport.stream(agentDocuments().spliterator(), false).map(JobAgent::of).toList();
  }

  /** The agents as they are shown. */
  public JsonNode agentDocuments() {
    return json.path("agents");
  }

  /** The step ledger, {@code grpc.md} section 5.4; missing for a job without tracked steps. */
  public JsonNode ledger() {
    JsonNode ledger = told().path("workflow_state");
    return ledger.path("enabled").asBoolean() ? ledger : MissingNode.getInstance();
  }

  /** The graph of agents. */
  public JsonNode topology() {
    JsonNode topology = told().path("topology");
    return topology.isObject() ? topology : told().path("runtime_topology");
  }

  /** As its author wrote it. */
  public JsonNode manifest() {
    return Stream.of(json, told(), json.path("summary"))
        .map(place -> place.path("manifest"))
        .filter(JsonNode::isObject)
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  /** What came out; missing before the end. */
  public JsonNode result() {
    JsonNode result = told().path("result");
    return result.isNull() ? MissingNode.getInstance() : result;
  }

  /** Why it failed or was cancelled, for people. */
  public String reason() {
    return JobBrief.word(result(), "reason");
  }
}
