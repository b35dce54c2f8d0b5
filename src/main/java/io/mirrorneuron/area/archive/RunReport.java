package io.mirrorneuron.area.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.export.ExportedFiles;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** A run as Markdown, for a person with five minutes. */
final class RunReport {
  private static final ObjectWriter PRETTY =
      Json.MAPPER.writerWithDefaultPrettyPrinter().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);
  private static final int CELL_CHARS = 140;
  private static final int DOCUMENT_CHARS = 20_000;
  private static final int ERRORS = 5;
  private static final int DECISIONS = 100;
  private static final int FILES = 100;
  private static final int EVENTS = 20;

  private final StringBuilder text = new StringBuilder();
  private final RunStory story;

  private RunReport(RunStory story) {
    this.story = story;
  }

  static String of(RunStory story) throws IOException {
    RunReport report = new RunReport(story);
    report.write();
    return report.text.toString();
  }

  private void write() throws IOException {
    text.append("# Blueprint Run ").append(story.runId()).append("\n");
    summary();
    failure();
    steps();
    decisions();
    document("Final Artifact", story.documents.finalArtifact());
    webUi();
    document("Result", story.documents.get("result.json"));
    files();
    figures();
    document("Inputs", story.documents.get("inputs.json"));
    document("Config", story.documents.get("config.json"));
    events();
  }

  private void heading(String title) {
    text.append("\n## ").append(title).append("\n\n");
  }

  private void row(Object... cells) {
    for (Object cell : cells) {
      text.append("| ").append(cell(cell)).append(' ');
    }
    text.append("|\n");
  }

  private void table(Object... headers) {
    row(headers);
    text.append("|---".repeat(headers.length)).append("|\n");
  }

  /** Whatever it is, it stays one cell of plain text. */
  private static String cell(Object value) {
    String plain = value == null ? "" : value.toString().replaceAll("\\s+", " ").strip();
    String cut = plain.length() > CELL_CHARS ? plain.substring(0, CELL_CHARS - 1) + "…" : plain;
    return cut.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;");
  }

  private void summary() {
    heading("Summary");
    table("Field", "Value");
    row("Run ID", story.runId());
    row("Blueprint", story.text("blueprint_id"));
    row("Status", story.text("status"));
    row("Started", story.text("started_at"));
    row("Ended", story.text("ended_at"));
    row("Duration", duration(story.durationMs()));
    row("Run Directory", story.documents.run().path());
    if (!story.text("job_id").isEmpty()) {
      row("Job ID", story.text("job_id"));
    }
  }

  private static String duration(Long ms) {
    if (ms == null) {
      return "";
    }
    Duration time = Duration.ofMillis(ms);
    if (ms < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
    String minutes = "%d min %d s".formatted(time.toMinutesPart(), time.toSecondsPart());
    return time.toHours() == 0 ? minutes : time.toHours() + " h " + minutes;
  }

  /** What the run says of its end, then the last errors. */
  private void failure() {
    JsonNode error = story.documents.get("run.json").path("error");
    JsonNode errors = story.last(RunLog.ERRORS, ERRORS);
    if (error.isEmpty() && error.asText("").isEmpty() && errors.isEmpty()) {
      return;
    }
    heading(story.text("status").equals("completed") ? "Errors" : "Why it failed");
    if (!error.isEmpty() || !error.asText("").isEmpty()) {
      text.append(sentence(error)).append("\n\n");
    }
    if (!errors.isEmpty()) {
      table("Time", "Step", "Attempt", "Error");
      for (JsonNode line : errors) {
        JsonNode one = line.path("error").isObject() ? line.get("error") : line;
        row(
            Records.timeText(line),
            one.at("/details/step_id").asText(one.at("/details/agent_id").asText("")),
            one.at("/details/attempt").asText(""),
            sentence(one));
      }
    }
  }

  private static String sentence(JsonNode error) {
    String said = error.path("desc").asText(error.path("message").asText(error.asText("")));
    String more = error.at("/details/message").asText("");
    String code = error.path("code").asText("");
    return cell(
        said
            + (more.isEmpty() || more.equals(said) ? "" : ": " + more)
            + (code.isEmpty() ? "" : " (" + code + ")"));
  }

  private void steps() {
    if (story.steps.steps().isEmpty()) {
      return;
    }
    heading("Steps");
    table("Step", "Status", "Attempts", "Started", "Duration", "Reason");
    for (StepTimes.Step step : story.steps.steps()) {
      row(
          step.id,
          step.status,
          step.attempts,
          step.startedAt == null ? "" : Json.timestamp(step.startedAt),
          duration(step.durationMs()),
          step.reason);
    }
  }

  private void decisions() {
    JsonNode records = story.last(RunLog.HUMAN, DECISIONS);
    if (records.isEmpty()) {
      return;
    }
    heading("Decisions");
    table("Time", "Request", "What", "Text", "Decision", "By");
    for (JsonNode record : records) {
      JsonNode payload = record.path("payload");
      row(
          Records.timeText(record),
          payload.path("request_id").asText(payload.path("notice_id").asText("")),
          record.path("type").asText().replaceFirst("^human_", "").replace('_', ' '),
          first(payload, "prompt", "title", "message", "comment", "reason"),
          first(payload, "decision"),
          first(payload, "by", "user", "submitted_by"));
    }
  }

  private static String first(JsonNode payload, String... members) {
    for (String member : members) {
      if (payload.path(member).isTextual()) {
        return payload.get(member).asText();
      }
    }
    return "";
  }

  private void webUi() {
    ObjectNode ui = story.documents.get("web_ui.json");
    if (!ui.isEmpty()) {
      heading("Web UI");
      table("URL", "Adapter", "Status");
      row(first(ui, "url"), first(ui, "adapter"), first(ui, "status"));
    }
  }

  private void files() throws IOException {
    Map<String, Path> files = ExportedFiles.of(story.documents.run().path(), refused -> {});
    files.keySet().removeIf(name -> name.matches("[^/]*\\.json"));
    if (files.isEmpty()) {
      return;
    }
    heading("Artifacts");
    table("File", "Bytes");
    files.entrySet().stream()
        .limit(FILES)
        .forEach(file -> row(file.getKey(), file.getValue().toFile().length()));
    if (files.size() > FILES) {
      text.append("\nand ").append(files.size() - FILES).append(" more.\n");
    }
  }

  private void figures() {
    heading("Figures");
    table("Figure", "Value");
    for (RunLog log : RunLog.values()) {
      if (story.count(log) > 0) {
        row("Records in " + log.file(), story.count(log));
      }
    }
    for (String group : new String[] {"resource_peaks", "token_totals"}) {
      for (var figure : story.summary.path(group).properties()) {
        if (figure.getValue().asDouble() != 0) {
          row(figure.getKey(), figure.getValue().asText());
        }
      }
    }
  }

  private void document(String title, ObjectNode document) {
    heading(title);
    text.append("```json\n");
    try {
      String json = document.isEmpty() ? "{}" : PRETTY.writeValueAsString(document);
      text.append(json, 0, Math.min(DOCUMENT_CHARS, json.length()));
      text.append(json.length() > DOCUMENT_CHARS ? "\n… cut here" : "");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
    text.append("\n```\n");
  }

  private void events() {
    heading("Event Tail");
    text.append("```json\n");
    story
        .last(RunLog.EVENTS, EVENTS)
        .forEach(event -> text.append(Records.write(event)).append('\n'));
    text.append("```\n");
  }
}
