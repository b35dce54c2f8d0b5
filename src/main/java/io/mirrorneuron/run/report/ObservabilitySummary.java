package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a run was like in one small document, {@code mn.observability_summary.v1}, made of the files
 * of its folder.
 */
public final class ObservabilitySummary {
  /** The file in which a run keeps it. */
  public static final String FILE = "observability_summary.json";

  static final String SCHEMA = "mn.observability_summary.v1";

  private static final List<String> COUNTS =
      List.of("events", "logs", "errors", "warnings", "timeline", "artifacts");

  private final RunFolder run;
  private final RunTally tally;

  private ObservabilitySummary(RunFolder run) {
    this.run = run;
    this.tally = RunTally.of(run);
  }

  /**
   * Computes it.
   *
   * @param status of the run; null for what its documents say
   */
  public static ObjectNode of(RunFolder run, String status) {
    return new ObservabilitySummary(run).json(status);
  }

  /**
   * The stored one in the spelling of today, or, when there is none that can be read, a computed
   * one that says {@code "derived": true}.
   */
  public static ObjectNode storedOrComputed(RunFolder run) {
    return run.peek(FILE)
        .filter(stored -> !stored.isEmpty())
        .map(ObservabilitySummary::normalised)
        .orElseGet(() -> of(run, null).put("derived", true));
  }

  /** Some libraries count in members of their own and list the names of artifacts. */
  static ObjectNode normalised(ObjectNode stored) {
    ObjectNode json = stored.deepCopy().put("schema_version", SCHEMA);
    JsonNode given = stored.path("counts");
    ObjectNode counts = json.putObject("counts");
    counts.setAll(given instanceof ObjectNode object ? object : Json.object());
    for (String name : COUNTS) {
      if (!counts.path(name).isNumber()) {
        String single = name.endsWith("s") ? name.substring(0, name.length() - 1) : name;
        JsonNode other = stored.path(single + "_count");
        JsonNode listed = stored.path(name);
        counts.put(name, other.isNumber() ? other.asLong() : listed.size());
      }
    }
    copy(json, "failed_step", "failed_step_id");
    copy(json, "failed_step_id", "failed_step");
    copy(json, "failed_agent", "failed_agent_id");
    return json;
  }

  private static void copy(ObjectNode json, String from, String to) {
    if (json.hasNonNull(from) && !json.hasNonNull(to)) {
      json.set(to, json.get(from));
    }
  }

  private ObjectNode json(String given) {
    RunHeader ofRun = RunHeader.ofRun(run);
    RunHeader ofJob = RunHeader.ofJob(run);
    RunHeader runFirst = ofRun.or(ofJob);
    RunHeader jobFirst = ofJob.or(ofRun);
    String status = given == null ? jobFirst.status() : given;
    ObjectNode json = Json.object().put("schema_version", SCHEMA).put("run_id", run.runId());
    put(json, "blueprint_id", runFirst.blueprintId());
    String trace = runFirst.traceId();
    put(json, "trace_id", trace.isEmpty() ? tally.events.trace : trace);
    put(json, "status", status);
    boolean over = RunStatus.ofAnyCase(status).isFinal();
    Instant submitted = timeOr(jobFirst.submittedAt(), tally.events.first);
    addTimes(
        json,
        timeOr(runFirst.startedAt(), submitted),
        timeOr(runFirst.endedAt(), over ? tally.events.last : null));
    addCounts(json);
    json.put("retry_count", tally.events.retries);
    if (!RunStatus.ofAnyCase(status).equals(RunStatus.COMPLETED)) {
      addFailure(json);
    }
    tally.phases().write(json.putArray("slowest_phases"), "phase");
    tally.steps().write(json.putArray("slowest_steps"), "step_id");
    json.set("resource_peaks", tally.peaks.json());
    json.set("token_totals", tally.peaks.tokens(tally.events.tokens.total()).json());
    addLinks(json.putArray("links"));
    return json;
  }

  private static void addTimes(ObjectNode json, Instant start, Instant end) {
    if (start != null) {
      json.put("started_at", Json.timestamp(start));
    }
    if (end != null) {
      json.put("ended_at", Json.timestamp(end));
    }
    if (start != null && end != null) {
      json.put("duration_ms", Math.max(0, Duration.between(start, end).toMillis()));
    }
  }

  private void addCounts(ObjectNode json) {
    json.putObject("counts")
        .put("events", tally.events.count)
        .put("logs", tally.logs)
        .put("errors", tally.failures())
        .put("warnings", tally.warnings)
        .put("timeline", tally.timeline)
        .put("artifacts", tally.artifacts);
  }

  private void addFailure(ObjectNode json) {
    String step = tally.events.failedStep;
    String agent = tally.events.failedAgent;
    if (step.isEmpty() && agent.isEmpty() && tally.lastError != null) {
      step = tally.lastError.first("/details/step_id", "/error/details/step_id", "/step_id");
      agent = tally.lastError.first("/details/agent_id", "/error/details/agent_id", "/agent_id");
    }
    put(json, "failed_step_id", step);
    put(json, "failed_step", step);
    put(json, "failed_agent_id", agent);
  }

  private void addLinks(ArrayNode links) {
    Map.of(
            "events_jsonl", tally.events.count,
            "logs_jsonl", tally.logs,
            "errors_jsonl", tally.errors,
            "timeline_jsonl", tally.timeline)
        .entrySet()
        .stream()
        .filter(link -> link.getValue() > 0)
        .map(Map.Entry::getKey)
        .sorted()
        .forEach(
            id -> links.addObject().put("rel", id.replace("_jsonl", "")).put("artifact_id", id));
    if (tally.timeline > 0) {
      links.addObject().put("rel", "timeline").put("artifact_id", "timeline_json");
    }
  }

  private static Instant timeOr(String text, Instant otherwise) {
    Instant time = Records.time(text);
    return time == null ? otherwise : time;
  }

  private static void put(ObjectNode json, String name, String value) {
    if (!value.isEmpty()) {
      json.put(name, value);
    }
  }
}
