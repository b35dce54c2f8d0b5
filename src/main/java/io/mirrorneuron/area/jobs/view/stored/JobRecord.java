package io.mirrorneuron.area.jobs.view.stored;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LedgerForm;
import io.mirrorneuron.wire.Timestamps;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The one reader of what is recorded of a job: the runtime first, the run store where it says
 * nothing.
 *
 * @param document as {@code JobsPort.brief} or {@code get} answers; an empty object when the
 *     runtime does not know the job
 */
public record JobRecord(ObjectNode document, StoredRun stored) {
  public static JobRecord of(ObjectNode document) {
    return new JobRecord(document, StoredRun.NONE);
  }

  /** With what the run store has of the job. */
  public JobRecord with(StoredRun documents) {
    return new JobRecord(document, documents);
  }

  private JsonNode job() {
    return document.path("job");
  }

  /** Where a member of the job may stand, the most trustworthy place first. */
  private Stream<JsonNode> places() {
    JsonNode job = job();
    return Stream.of(
        job,
        document.path("summary"),
        job.path("workflow_state"),
        stored.job().path("job"),
        stored.job(),
        stored.run());
  }

  /** The text of the first place that has it under one of the names, or null. */
  private String text(String... names) {
    return places()
        .map(place -> Texts.of(place, names))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** A word; synonyms of the final ones are made one. {@code unknown} when nothing tells it. */
  public String status() {
    String word = text("status");
    return word == null ? "unknown" : RunStatus.of(word).word();
  }

  /** Whether the canonical word says that nothing follows. */
  public static boolean isFinal(String status) {
    return new RunStatus(status).isFinal();
  }

  public boolean isFinal() {
    return isFinal(status());
  }

  /** Or null; {@code events} are asked when no document tells it. */
  public String runId(List<JobEvent> events) {
    return orOf(events, "run_id", runId());
  }

  /** As the documents have it, or null. */
  public String runId() {
    return text("run_id", "runId");
  }

  public String graphId(List<JobEvent> events) {
    return orOf(events, "graph_id", text("graph_id"));
  }

  public String traceId(List<JobEvent> events) {
    return orOf(events, "trace_id", text("trace_id"));
  }

  /**
   * Who submitted or cancelled the job, or null. Where the runtime knows the job, files that
   * programs can write have no say.
   *
   * @param name {@code submitted_by} or {@code cancelled_by}
   */
  public String person(String name) {
    return job().isObject()
        ? job().path(name).textValue()
        : Stream.of(stored.job(), stored.run())
            .map(place -> Texts.of(place, name))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  private static String orOf(List<JobEvent> events, String name, String known) {
    return known != null
        ? known
        : events.stream()
            .map(event -> event.text(name))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  /** In milliseconds since the epoch; 0 when nothing tells it. */
  public long submittedAt() {
    return time("submitted_at", "started_at", "created_at");
  }

  public long endedAt() {
    return time("ended_at", "finished_at", "completed_at");
  }

  private long time(String... names) {
    String text = text(names);
    return text == null ? 0 : Timestamps.millis(text);
  }

  /** Of a service and its kind, which end only by a word from outside. */
  public boolean isLasting() {
    return Stream.concat(places(), manifestPlaces())
        .anyMatch(
            place ->
                Stream.of("workflow_kind", "job_type", "type", "kind")
                        .map(name -> place.path(name).asText())
                        .anyMatch(word -> word.equals("service") || word.equals("system"))
                    || place.path("stream_mode").asText().equals("live"));
  }

  private Stream<JsonNode> manifestPlaces() {
    JsonNode manifest = manifest();
    return Stream.of(manifest, manifest.path("policies"), manifest.path("runtime"));
  }

  /** What a failed job failed of, an {@code mn.error.v1} object; null for every other job. */
  public ObjectNode failure() {
    if (!status().equals(RunStatus.FAILED.word())) {
      return null;
    }
    return places()
        .flatMap(
            place ->
                Stream.of(
                    place.path("failure"),
                    place.path("error"),
                    place.path("result").path("error"),
                    place.path("reason"),
                    place.path("status_reason")))
        .map(
            told ->
                Errors.of(told, new Errors.Origin("runtime.job.failed", endedAt(), 0, null, null)))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** The step ledger; {@link LedgerView#NONE} for a job without one. Read anew by each call. */
  public LedgerView ledger() {
    return LedgerForm.read(job().path("workflow_state"));
  }

  /** The runtime's agents; missing when it names none. */
  public JsonNode agents() {
    return document.path("agents");
  }

  /** Its graph of agents, or a missing node. */
  public JsonNode topology() {
    JsonNode topology = job().path("topology");
    return topology.isObject() ? topology : job().path("runtime_topology");
  }

  /** Empty when none is at hand. */
  public JsonNode manifest() {
    return Stream.of(
            document.path("manifest"),
            job().path("manifest"),
            document.path("summary").path("manifest"),
            stored.job().path("manifest"))
        .filter(JsonNode::isObject)
        .findFirst()
        .orElse(Json.object());
  }

  /** The number of the last event that the documents know of. */
  public long lastEvent() {
    JsonNode counted = job().path("event_seq");
    if (counted.isIntegralNumber()) {
      return counted.asLong();
    }
    JsonNode newest = document.path("recent_events").path(0).path("seq");
    return newest.isIntegralNumber() ? newest.asLong() : Long.MAX_VALUE;
  }
}
