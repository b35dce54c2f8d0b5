package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.run.folder.Artifacts;
import io.mirrorneuron.run.folder.LogLines;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.ServedFile;
import io.mirrorneuron.run.report.ResourceSummary.ResourceFigures;
import io.mirrorneuron.run.report.ResourceSummary.ResourceSample;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the files of a run hold, counted: one pass over each, holding a line at a time. */
final class RunTally {
  private final RunFolder run;
  final EventFacts events = new EventFacts();
  final ResourcePeaks peaks = new ResourcePeaks();
  private final Durations phases = new Durations();
  private final Durations programs = new Durations();
  private final Durations steps = new Durations();

  private long severe;

  /** Of the files and folders in the run's own. */
  private final Set<String> names = new HashSet<>();

  long logs;
  long warnings;
  long errors;
  long timeline;
  long artifacts;

  RecordFacts lastError;

  private RunTally(RunFolder run) {
    this.run = run;
  }

  static RunTally of(RunFolder run) {
    RunTally tally = new RunTally(run);
    tally.read();
    tally.phases.addAbsent(tally.programs);
    return tally;
  }

  /** Told as errors, or, when none were, as bad lines of the log. */
  long failures() {
    return errors == 0 ? severe : errors;
  }

  /** How long the phases took, by the timeline or else by the events. */
  Durations phases() {
    return events.phases.isEmpty() || !phases.isEmpty() ? phases : events.phases;
  }

  /** How long the steps took, by the events or else by the timeline. */
  Durations steps() {
    return events.steps.isEmpty() ? steps : events.steps;
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

  private void lines(RunLog log, Consumer<RecordFacts> reader) {
    if (!has(log)) {
      return;
    }
    LogLines.read(
        run,
        log,
        line -> {
          RecordFacts record = RecordFacts.at(line);
          if (record != null) {
            reader.accept(record);
          }
        });
  }

  private void addTimeline(RecordFacts record) {
    timeline++;
    Long duration = record.durationMs();
    if (duration != null) {
      addPhase(record, duration);
      steps.took(record.text("step_id"), duration);
    }
  }

  /** What a job took is no phase of it, and what its programs took is in what its steps took. */
  private void addPhase(RecordFacts record, long duration) {
    String type = record.text("type");
    if (type.startsWith("sandbox_job_")) {
      programs.took(record.text("phase"), duration);
    } else if (!type.startsWith("job_")) {
      phases.took(record.text("phase"), duration);
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
                Path relative = run.path().relativize(file);
                artifacts += ServedFile.isForClients(relative) ? 1 : 0;
                names.add(relative.getName(0).toString());
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

  /** The heights of a run's resource samples, and their tokens. */
  static final class ResourcePeaks {
    private final ResourceFigures figures = new ResourceFigures();

    void add(byte[] line) {
      ResourceSample sample = ResourceSample.parse(line);
      if (sample != null) {
        figures.add(sample);
      }
    }

    /** Without the members of what nobody has measured. */
    ObjectNode json() {
      ObjectNode json = Json.object();
      put(json, "max_memory_rss_mb", figures.memory.max());
      put(json, "max_cpu_pct", figures.cpu.max());
      put(json, "max_gpu_util_pct", figures.gpu.max());
      put(json, "max_gpu_memory_used_mb", figures.gpuMemory.max());
      return json;
    }

    /**
     * The tokens of the run. A program that reports its calls in samples and in events reports the
     * same calls twice, so one of the two counts: samples, when there are any.
     */
    TokenUsage tokens(TokenUsage ofEvents) {
      return figures.tokens.equals(TokenUsage.NONE) ? ofEvents : figures.tokens;
    }

    private static void put(ObjectNode json, String name, Double value) {
      if (value != null) {
        json.put(name, value);
      }
    }
  }

  /** What the events of a run tell of it as a whole; fed with one after the other. */
  static final class EventFacts {
    private static final Pattern STEP_BEGINS =
        Pattern.compile("(?:workflow_)?step_(?:attempt_)?started");
    private static final Pattern STEP_ENDS =
        Pattern.compile("(?:workflow_)?step_(completed|failed|partial|cancelled|timed_out)");
    private static final Pattern PHASE = Pattern.compile("blueprint_phase_(\\w+)");

    final Durations phases = new Durations();
    final Durations steps = new Durations();
    final TokenEvents tokens = new TokenEvents();
    long count;
    long retries;
    Instant first;
    Instant last;
    String trace = "";
    String failedStep = "";
    String failedAgent = "";
    private boolean failureReported;

    void add(RecordFacts event) {
      count++;
      Instant at = event.time();
      if (at != null) {
        first = first == null || at.isBefore(first) ? at : first;
        last = last == null || at.isAfter(last) ? at : last;
      }
      if (trace.isEmpty()) {
        trace = event.first("/trace_id", "/payload/trace_id");
      }
      tokens.add(event);
      addType(event, event.text("type"), at);
    }

    private void addType(RecordFacts event, String type, Instant at) {
      Matcher stepEnd = STEP_ENDS.matcher(type);
      Matcher phase = PHASE.matcher(type);
      if (type.endsWith("_retry_scheduled")) {
        retries++;
      } else if (STEP_BEGINS.matcher(type).matches()) {
        steps.began(event.text("step_id"), at);
      } else if (stepEnd.matches()) {
        steps.ended(event.text("step_id"), at);
        boolean ofStep =
            !event.text("step_id").isEmpty(); // else a program's word, not the ledger's
        if (ofStep && stepEnd.group(1).equals("failed") && !failureReported) {
          failed(event);
        }
      } else if (phase.matches()) {
        addPhase(event, phase.group(1), at);
      } else if (type.equals("job_failed") || type.equals("run_failed")) {
        failed(event);
        failureReported = true; // the last word of the runtime
      }
    }

    private void addPhase(RecordFacts event, String word, Instant at) {
      String name = event.text("phase");
      if (word.equals("started")) {
        phases.began(name, at);
      } else if (event.get("duration_ms").isNumber()) {
        phases.took(name, event.get("duration_ms").asLong());
      } else {
        phases.ended(name, at);
      }
    }

    private void failed(RecordFacts event) {
      String step = place(event, "step_id");
      String agent = place(event, "agent_id");
      failedStep = step.isEmpty() ? failedStep : step;
      failedAgent = agent.isEmpty() ? failedAgent : agent;
    }

    private static String place(RecordFacts event, String member) {
      return event.first(
          "/payload/error/details/" + member,
          "/error/details/" + member,
          "/payload/" + member,
          "/" + member);
    }
  }

  /**
   * How long named things took, told by their begins and ends or by how long they say they took.
   */
  static final class Durations {
    private static final int SHOWN = 5;
    private static final int MOST = 10_000;

    private final Map<String, Instant> open = new HashMap<>();
    private final Map<String, Long> millis = new HashMap<>();

    /** The first begin counts: what is tried again has taken the time of all tries. */
    void began(String name, Instant at) {
      if (at != null && !name.isEmpty() && open.size() < MOST) {
        open.putIfAbsent(name, at);
      }
    }

    /** Ends what began; without a begin it has taken no time that is known. */
    void ended(String name, Instant at) {
      Instant begin = open.remove(name);
      if (begin != null && at != null) {
        took(name, Duration.between(begin, at).toMillis());
      }
    }

    void took(String name, long duration) {
      if (!name.isEmpty() && duration >= 0 && millis.size() < MOST) {
        millis.merge(name, duration, Long::sum);
      }
    }

    /** Takes over what is not told here. */
    void addAbsent(Durations others) {
      others.millis.forEach(millis::putIfAbsent);
    }

    boolean isEmpty() {
      return millis.isEmpty();
    }

    /** Adds {@code {<member>, duration_ms}} of the slowest, slowest first. */
    void write(ArrayNode list, String member) {
      millis.entrySet().stream()
          .sorted(
              Comparator.comparing(Map.Entry<String, Long>::getValue)
                  .reversed()
                  .thenComparing(Map.Entry::getKey))
          .limit(SHOWN)
          .forEach(
              span ->
                  list.addObject().put(member, span.getKey()).put("duration_ms", span.getValue()));
    }
  }
}
