package io.mirrorneuron.area.jobs.view.stored;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobDetail;
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
 * @param detail {@link JobDetail#NONE} when the runtime does not know the job
 */
public record JobRecord(JobDetail detail, StoredRun stored) {
  public static JobRecord of(JobDetail detail) {
    return new JobRecord(detail, StoredRun.NONE);
  }

  /** With what the run store has of the job. */
  public JobRecord with(StoredRun documents) {
    return new JobRecord(detail, documents);
  }

  /** Where the run store may have a member of the job, the most trustworthy place first. */
  private Stream<JsonNode> places() {
    return Stream.of(stored.job().path("job"), stored.job(), stored.run());
  }

  /** What the runtime tells, else the first place that has it under one of the names, or null. */
  private String or(String told, String... names) {
    return told != null
        ? told
        : places()
            .map(place -> Texts.of(place, names))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  /** A word; synonyms of the final ones are made one. {@code unknown} when nothing tells it. */
  public String status() {
    String word = or(detail.status(), "status");
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
    return or(detail.runId(), "run_id", "runId");
  }

  public String graphId(List<JobEvent> events) {
    return orOf(events, "graph_id", or(detail.graphId(), "graph_id"));
  }

  public String traceId(List<JobEvent> events) {
    return orOf(events, "trace_id", or(detail.traceId(), "trace_id"));
  }

  /** Who submitted the job, or null. */
  public String submittedBy() {
    return person(detail.submittedBy(), "submitted_by");
  }

  /** Who cancelled the job, or null. */
  public String cancelledBy() {
    return person(detail.cancelledBy(), "cancelled_by");
  }

  /** Where the runtime knows the job, files that programs can write have no say. */
  private String person(String told, String name) {
    return detail.isKnown()
        ? told
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
    return time(or(detail.submittedAt(), "submitted_at", "started_at", "created_at"));
  }

  public long endedAt() {
    return time(or(detail.endedAt(), "ended_at", "finished_at", "completed_at"));
  }

  private static long time(String text) {
    return text == null ? 0 : Timestamps.millis(text);
  }

  /** Of a service and its kind, which end only by a word from outside. */
  public boolean isLasting() {
    return detail.isLasting()
        || Stream.concat(places(), manifestPlaces()).anyMatch(JobDetail::isLasting);
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
    return Stream.concat(detail.failures().stream(), places().flatMap(JobDetail::failures))
        .map(
            told ->
                Errors.of(told, new Errors.Origin("runtime.job.failed", endedAt(), 0, null, null)))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** The step ledger; {@link LedgerView#NONE} for a job without one. Read anew by each call. */
  public LedgerView ledger() {
    return LedgerForm.read(detail.ledger());
  }

  /** The runtime's agents; missing when it names none. */
  public JsonNode agents() {
    return detail.agentDocuments();
  }

  /** Its graph of agents, or a missing node. */
  public JsonNode topology() {
    return detail.topology();
  }

  /** Empty when none is at hand. */
  public JsonNode manifest() {
    return Stream.of(detail.manifest(), stored.job().path("manifest"))
        .filter(JsonNode::isObject)
        .findFirst()
        .orElse(Json.object());
  }

  /** The number of the last event that the documents know of. */
  public long lastEvent() {
    return detail.lastEvent();
  }
}
