package io.mirrorneuron.runstore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a run was like in one small document, {@code mn.observability_summary.v1}, made of the files
 * of its folder: one pass over each, holding a line at a time.
 */
public final class ObservabilitySummary {
  /** The file in which a run keeps it. */
  public static final String FILE = "observability_summary.json";

  static final String SCHEMA = "mn.observability_summary.v1";

  private static final List<String> COUNTS =
      List.of("events", "logs", "errors", "warnings", "timeline", "artifacts");

  private static final Set<String> GOOD =
      Set.of("completed", "complete", "done", "finished", "succeeded", "success");

  private final RunFolder run;
  private final EventFacts events = new EventFacts();
  private final Peaks peaks = new Peaks();
  private final Spans phases = new Spans();
  private final Spans programs = new Spans();
  private final Spans steps = new Spans();

  /** Of the files and folders in the run's own. */
  private final Set<String> names = new HashSet<>();

  private long logs;
  private long warnings;
  private long severe;
  private long errors;
  private long timeline;
  private long artifacts;
  private Glance lastError;

  private ObservabilitySummary(RunFolder run) {
    this.run = run;
  }

  /**
   * Computes it.
   *
   * @param status of the run; null for what its documents say
   */
  public static ObjectNode of(RunFolder run, String status) {
    var summary = new ObservabilitySummary(run);
    summary.read();
    return summary.json(status);
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

  private void read() {
    lookAround();
    lines(RunLog.EVENTS, events::add);
    lines(
        RunLog.LOGS,
        log -> {
          logs++;
          LogLevel level = LogLevel.of(log.first("/level", "/severity")).orElse(LogLevel.INFO);
          switch (level) {
            case WARNING -> warnings++;
            case ERROR, CRITICAL -> severe++;
            case TRACE, DEBUG, INFO -> {}
          }
        });
    lines(
        RunLog.ERRORS,
        error -> {
          errors++;
          lastError = error;
        });
    lines(RunLog.TIMELINE, this::addTimeline);
    if (has(RunLog.RESOURCES)) {
      LogLines.read(run, RunLog.RESOURCES, peaks::add);
    }
  }

  private void lines(RunLog log, Consumer<Glance> reader) {
    if (!has(log)) {
      return;
    }
    LogLines.read(
        run,
        log,
        line -> {
          Glance record = Glance.at(line);
          if (record != null) {
            reader.accept(record);
          }
        });
  }

  private void addTimeline(Glance record) {
    timeline++;
    JsonNode duration = record.facts().path("duration_ms");
    if (duration.isNumber()) {
      addPhase(record, duration.asLong());
      steps.took(record.text("step_id"), duration.asLong());
    }
  }

  /** What a job took is no phase of it, and what its programs took is in what its steps took. */
  private void addPhase(Glance record, long duration) {
    String type = record.text("type");
    if (type.startsWith("sandbox_job_")) {
      programs.took(record.text("phase"), duration);
    } else if (!type.startsWith("job_")) {
      phases.took(record.text("phase"), duration);
    }
  }

  private ObjectNode json(String given) {
    ObjectNode run = this.run.peek("run.json").orElseGet(Json::object);
    ObjectNode job = this.run.peek("job.json").orElseGet(Json::object);
    String status = given == null ? first(job, run, "status") : given;
    ObjectNode json = Json.object().put("schema_version", SCHEMA).put("run_id", this.run.runId());
    put(json, "blueprint_id", first(run, job, "blueprint_id"));
    String trace = first(run, job, "trace_id");
    put(json, "trace_id", trace.isEmpty() ? events.trace : trace);
    put(json, "status", status);
    addTimes(json, run, job, RunFolder.isFinal(status));
    addCounts(json);
    json.put("retry_count", events.retries);
    if (!GOOD.contains(status.toLowerCase(Locale.ROOT))) {
      addFailure(json);
    }
    phases.addAbsent(programs);
    (events.phases.isEmpty() || !phases.isEmpty() ? phases : events.phases)
        .write(json.putArray("slowest_phases"), "phase");
    (events.steps.isEmpty() ? steps : events.steps)
        .write(json.putArray("slowest_steps"), "step_id");
    json.set("resource_peaks", peaks.json());
    json.set("token_totals", peaks.tokens(events.tokens.total()).json());
    addLinks(json.putArray("links"));
    return json;
  }

  private void addTimes(ObjectNode json, ObjectNode run, ObjectNode job, boolean over) {
    Instant start = time(run, job, "started_at", time(job, run, "submitted_at", events.first));
    Instant end = time(run, job, "ended_at", over ? events.last : null);
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
        .put("events", events.count)
        .put("logs", logs)
        .put("errors", errors == 0 ? severe : errors)
        .put("warnings", warnings)
        .put("timeline", timeline)
        .put("artifacts", artifacts);
  }

  private void addFailure(ObjectNode json) {
    String step = events.failedStep;
    String agent = events.failedAgent;
    if (step.isEmpty() && agent.isEmpty() && lastError != null) {
      step = lastError.first("/details/step_id", "/error/details/step_id", "/step_id");
      agent = lastError.first("/details/agent_id", "/error/details/agent_id", "/agent_id");
    }
    put(json, "failed_step_id", step);
    put(json, "failed_step", step);
    put(json, "failed_agent_id", agent);
  }

  private void addLinks(ArrayNode links) {
    Map.of(
            "events_jsonl", events.count,
            "logs_jsonl", logs,
            "errors_jsonl", errors,
            "timeline_jsonl", timeline)
        .entrySet()
        .stream()
        .filter(link -> link.getValue() > 0)
        .map(Map.Entry::getKey)
        .sorted()
        .forEach(
            id -> links.addObject().put("rel", id.replace("_jsonl", "")).put("artifact_id", id));
    if (timeline > 0) {
      links.addObject().put("rel", "timeline").put("artifact_id", "timeline_json");
    }
  }

  /** Finding that there is no file is dear for a run that has but a few. */
  private boolean has(RunLog log) {
    return names.stream().anyMatch(log::isIn);
  }

  /** Counts the files that {@link Artifacts} lists, save links. */
  private void lookAround() {
    try {
      Files.walkFileTree(
          run.path(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return isHidden(folder) && !folder.equals(run.path())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && !isHidden(file)) {
                artifacts += ServedFile.isKnown(file.getFileName().toString()) ? 1 : 0;
                names.add(run.path().relativize(file).getName(0).toString());
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // What could be seen is counted.
    }
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  private static Instant time(ObjectNode one, ObjectNode other, String name, Instant otherwise) {
    Instant time = Records.time(Json.object().put("ts", first(one, other, name)));
    return time == null ? otherwise : time;
  }

  private static String first(ObjectNode one, ObjectNode other, String member) {
    String text = one.path(member).asText("");
    return text.isEmpty() || one.path(member).isNull() ? other.path(member).asText("") : text;
  }

  private static void put(ObjectNode json, String name, String value) {
    if (!value.isEmpty()) {
      json.put(name, value);
    }
  }
}
