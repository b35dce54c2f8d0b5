package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A run as Markdown, to be sent on to people who do not know how it is made: what came out or why
 * it failed, who decided what, how long it took. Documents that are empty, settings and events are
 * left out; {@link RunDocument} has them.
 */
public final class RunReport {
  private static final int DOCUMENT_CHARS = 20_000;
  private static final int ERRORS = 5;
  private static final int DECISIONS = 100;
  private static final int FILES = 100;

  private final ReportText text = new MarkdownText();
  private final RunStory story;

  private RunReport(RunStory story) {
    this.story = story;
  }

  public static String of(RunStory story) throws IOException {
    RunReport report = new RunReport(story);
    report.write();
    return report.text.whole();
  }

  private void write() throws IOException {
    RunDocument run = RunDocument.of(story);
    String name = run.text("blueprint_id");
    text.title((name.isEmpty() ? run.runId() : name) + ": " + run.text("status"));
    head(run);
    failure();
    document("Result", result(run));
    new ReportSections(run, text, DOCUMENT_CHARS).webUi();
    decisions();
    steps();
    files();
    figures();
    document("Inputs", run.part("inputs"));
  }

  private void head(RunDocument run) {
    String job = run.text("job_id");
    String started = run.text("started_at");
    String duration = duration(story.durationMs());
    text.sentence(
        "Run %s%s%s%s."
            .formatted(
                run.runId(),
                job.isEmpty() ? "" : " of job " + job,
                started.isEmpty() ? "" : " started at " + started,
                duration.isEmpty() ? "" : " and took " + duration));
  }

  /** What its author declared as the result, else what came out of it. */
  private static JsonNode result(RunDocument run) {
    ObjectNode artifact = run.part("final_artifact");
    JsonNode output = run.part("result").path("output");
    return !artifact.isEmpty() ? artifact : output.isMissingNode() ? run.part("result") : output;
  }

  private void document(String title, JsonNode document) {
    if (document.isContainerNode() ? document.isEmpty() : document.asText("").isEmpty()) {
      return;
    }
    text.heading(title);
    if (document.isValueNode()) {
      String said = document.asText();
      boolean whole = said.length() <= DOCUMENT_CHARS;
      String shown = whole ? said : said.substring(0, DOCUMENT_CHARS) + "…";
      Stream.of(shown.strip().split("\\R\\s*\\R")).forEach(text::sentence);
    } else {
      ReportSections.json(text, document, DOCUMENT_CHARS);
    }
  }

  private static List<Object> row(Object... cells) {
    return List.of(cells);
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
    boolean reported = !error.isEmpty() || !error.asText("").isEmpty();
    if (!reported && errors.isEmpty()) {
      return;
    }
    text.heading(story.text("status").equals("completed") ? "Errors" : "Why it failed");
    if (reported) {
      text.sentence(sentence(error));
    }
    if (!errors.isEmpty()) {
      text.table(
          List.of("Time", "Step", "Attempt", "Error"),
          Json.elements(errors).map(RunReport::failure).toList());
    }
  }

  private static List<Object> failure(JsonNode line) {
    JsonNode one = LenientJson.read(line, Wrapped.class).error() == null ? line : line.get("error");
    Details details = LenientJson.read(one, Failure.class).detailsOrNone();
    return row(
        Records.timeText(line),
        details.stepId() == null ? Objects.toString(details.agentId(), "") : details.stepId(),
        details.attempt() == 0 ? "" : details.attempt(),
        sentence(one));
  }

  /** A failure may stand in a member of its own. */
  private record Wrapped(Failure error) {}

  private record Failure(String desc, String message, String code, Details details) {
    Details detailsOrNone() {
      return details == null ? new Details(null, null, null, 0) : details;
    }
  }

  private record Details(String message, String stepId, String agentId, long attempt) {}

  private static String sentence(JsonNode error) {
    Failure failure = LenientJson.read(error, Failure.class);
    String said =
        Stream.of(failure.desc(), failure.message())
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(error.asText(""));
    String more = failure.detailsOrNone().message();
    return said
        + (more == null || more.equals(said) ? "" : ": " + more)
        + (failure.code() == null ? "" : " (" + failure.code() + ")");
  }

  private void steps() {
    if (story.steps.steps().isEmpty()) {
      return;
    }
    text.heading("Steps");
    text.table(
        List.of("Step", "Status", "Attempts", "Started", "Duration", "Reason"),
        story.steps.steps().stream().map(RunReport::step).toList());
  }

  private static List<Object> step(StepTimes.Step step) {
    return row(
        step.id,
        step.status,
        step.attempts,
        step.startedAt == null ? "" : Json.timestamp(step.startedAt),
        duration(step.durationMs()),
        step.reason);
  }

  private void decisions() {
    JsonNode records = story.last(RunLog.HUMAN, DECISIONS);
    if (records.isEmpty()) {
      return;
    }
    text.heading("Decisions");
    text.table(
        List.of("Time", "Request", "What", "Text", "Decision", "By"),
        Json.elements(records).map(RunReport::decision).toList());
  }

  private static List<Object> decision(JsonNode record) {
    JsonNode payload = record.path("payload");
    return row(
        Records.timeText(record),
        first(payload, "request_id", "notice_id"),
        record.path("type").asText().replaceFirst("^human_", "").replace('_', ' '),
        first(payload, "prompt", "title", "message", "comment", "reason"),
        first(payload, "decision"),
        first(payload, "by", "user", "submitted_by"));
  }

  private static String first(JsonNode payload, String... members) {
    for (String member : members) {
      if (payload.path(member).isTextual()) {
        return payload.get(member).asText();
      }
    }
    return "";
  }

  private void files() throws IOException {
    Map<String, Path> files = ExportedFiles.of(story.documents.run().path(), refused -> {});
    files.keySet().removeIf(name -> name.matches("[^/]*\\.json"));
    if (files.isEmpty()) {
      return;
    }
    text.heading("Files");
    text.table(
        List.of("File", "Bytes"),
        files.entrySet().stream()
            .limit(FILES)
            .map(file -> row(file.getKey(), file.getValue().toFile().length()))
            .toList());
    if (files.size() > FILES) {
      text.more(files.size() - FILES);
    }
  }

  private void figures() {
    List<List<Object>> rows = new ArrayList<>();
    for (String group : new String[] {"resource_peaks", "token_totals"}) {
      for (var figure : story.summary.path(group).properties()) {
        if (figure.getValue().asDouble() != 0) {
          rows.add(row(figure.getKey(), figure.getValue().asText()));
        }
      }
    }
    if (!rows.isEmpty()) {
      text.heading("Figures");
      text.table(List.of("Figure", "Value"), rows);
    }
  }
}
