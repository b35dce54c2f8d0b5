package io.mirrorneuron.run.report;

import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.run.folder.Artifacts;
import io.mirrorneuron.run.folder.LogLines;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.ServedFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

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

  /** Null when there is none. */
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
}
