package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes the records of a run's timeline, {@code mn.timeline.v1}, of its job's events. Remembers
 * when steps and programs began, so it must be given all events from the first.
 */
final class TimelineRecords {
  private final EventRecords records;
  private final Map<String, Instant> begun = new HashMap<>();

  TimelineRecords(EventRecords records) {
    this.records = records;
  }

  /** Null when the timeline does not show events of this type. */
  RunRecord record(RecordedEvent event) {
    String type = event.type();
    return switch (type) {
      case "job_running",
          "job_paused",
          "job_resumed",
          "job_completed",
          "job_failed",
          "job_cancelled" ->
          ofJob(event, type.substring("job_".length()));
      case "workflow_step_attempt_started",
          "workflow_step_started",
          "workflow_step_completed",
          "workflow_step_partial",
          "workflow_step_failed",
          "workflow_step_skipped",
          "workflow_step_timed_out",
          "workflow_step_attempt_timed_out",
          "workflow_step_attempt_retry_scheduled" ->
          event.json().has("step_id") // else a program wrote it, and the ledger's follows
              ? ofStep(event, type.substring("workflow_step_".length()))
              : null;
      case "executor_lease_acquired" -> {
        begun.put("agent " + event.text("agent_id"), event.time());
        yield null;
      }
      case "sandbox_job_completed", "sandbox_job_failed" ->
          ofProgram(event, type.substring("sandbox_job_".length()));
      default -> null;
    };
  }

  private RunRecord ofJob(RecordedEvent event, String word) {
    return switch (word) {
      case "running" -> {
        begun.putIfAbsent("job", event.time());
        yield entry(event, "running_worker", "running", null, "The job has begun");
      }
      case "paused", "resumed" -> entry(event, word, word, null, "The job was " + word);
      default -> entry(event, word, word, begun.get("job"), "The job has " + ended(word));
    };
  }

  private RunRecord ofStep(RecordedEvent event, String type) {
    Instant at = event.time();
    String step = event.text("step_id");
    return switch (type) {
      case "attempt_started" -> {
        begun.putIfAbsent("step " + step, at);
        begun.put("attempt " + step, at);
        yield null;
      }
      case "started" -> {
        begun.putIfAbsent("step " + step, at);
        yield entry(event, "running_worker", "running", null, "Step started: " + step);
      }
      case "attempt_timed_out", "attempt_retry_scheduled" ->
          entry(
              event,
              "running_worker",
              "retrying",
              begun.remove("attempt " + step),
              "Step is tried again: " + step);
      default -> {
        String word = type.replace("timed_out", "failed");
        yield entry(
            event,
            "running_worker",
            word,
            begun.remove("step " + step),
            "Step %s: %s".formatted(word, step));
      }
    };
  }

  private RunRecord ofProgram(RecordedEvent event, String word) {
    String agent = event.text("agent_id");
    return entry(
        event,
        "running_worker",
        word,
        begun.remove("agent " + agent),
        "Program %s: %s".formatted(word, agent));
  }

  private RunRecord entry(
      RecordedEvent event, String phase, String status, Instant since, String summary) {
    ObjectNode record = records.head(event);
    record.put("version", 1).put("schema_version", "mn.timeline.v1");
    record.put("phase", phase).put("status", status).put("summary", summary);
    String step = event.text("step_id");
    if (step != null) {
      record.put("step_id", step);
    }
    Instant at = event.time();
    if (since != null && at != null) {
      record.put("duration_ms", Duration.between(since, at).toMillis());
    }
    RunRecord error = records.error(event);
    if (error != null) {
      record.set("span_id", error.json().get("span_id"));
      record.putObject("details").set("desc", error.json().get("desc"));
      ObjectNode link = Json.object().put("rel", "errors").put("artifact_id", "errors_jsonl");
      record.putArray("links").add(link);
    }
    return new RunRecord(record);
  }

  private static String ended(String word) {
    return word.equals("cancelled") ? "been cancelled" : word;
  }
}
