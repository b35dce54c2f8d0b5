package io.mirrorneuron.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.run.RunIndex.JobLocations.Standing;
import io.mirrorneuron.run.folder.FileState;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * A run as lists show it, from {@code run.json} and {@code job.json}. Absent texts are empty.
 *
 * @param place in the list; never changes, so that cursors stay valid
 * @param seen the states of the documents it was read from; null of a run without a folder
 * @param elsewhere the state of a job that another node has; null when this node has it, or when
 *     that is not known
 */
record RunRow(
    String runId,
    String jobId,
    String blueprintId,
    String traceId,
    String status,
    String submittedAt,
    String startedAt,
    String endedAt,
    Place place,
    List<FileState> seen,
    Standing elsewhere) {

  /** Newest first; equal times are ordered by id. */
  record Place(Instant at, String runId) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int order = other.at.compareTo(at);
      return order != 0 ? order : other.runId.compareTo(runId);
    }

    String cursor() {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString((at + "|" + runId).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The place that a cursor names.
     *
     * @throws MnException INVALID for a malformed cursor
     */
    static Place at(String cursor) {
      try {
        String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        int split = text.indexOf('|');
        return new Place(Instant.parse(text.substring(0, split)), text.substring(split + 1));
      } catch (RuntimeException e) {
        throw MnException.invalid("cursor must be the next of a page");
      }
    }
  }

  /**
   * Reads the row.
   *
   * @param before the row known until now, or null; returned when nothing has changed
   */
  static RunRow read(RunFolder folder, RunRow before) {
    List<FileState> seen = states(folder);
    if (before != null && seen.equals(before.seen)) {
      return before;
    }
    RunHeader run = RunHeader.ofRun(folder);
    RunHeader job = RunHeader.ofJob(folder);
    RunHeader runFirst = run.or(job);
    RunHeader jobFirst = job.or(run);
    String submitted = jobFirst.submittedAt();
    String started = runFirst.startedAt();
    RunRow read =
        new RunRow(
            folder.runId(),
            jobFirst.jobId(),
            runFirst.blueprintId(),
            runFirst.traceId(),
            status(run.status(), job.status()),
            submitted,
            started,
            runFirst.endedAt(),
            before == null
                ? new Place(at(folder, started, submitted), folder.runId())
                : before.place,
            states(folder).equals(seen)
                ? seen
                : List.of(), // a file changed during the read: look again
            null);
    boolean isSame = before != null && before.elsewhere != null && before.jobId.equals(read.jobId);
    return isSame && !read.isOver() ? read.at(before.elsewhere) : read;
  }

  /** The row with the state of a job that another node has; null when this node has it. */
  RunRow at(Standing place) {
    return new RunRow(
        runId,
        jobId,
        blueprintId,
        traceId,
        status,
        submittedAt,
        startedAt,
        endedAt,
        this.place,
        seen,
        place);
  }

  /** The status that the list shows. */
  String reported() {
    return elsewhere == null ? status : elsewhere.status();
  }

  private String reportedEnd() {
    return elsewhere == null ? endedAt : elsewhere.endedAt();
  }

  /** The row of a run that has no folder until its first reader. */
  static RunRow of(OnDemandRuns.Shown run) {
    Instant at = Objects.requireNonNullElse(Records.time(run.startedAt()), Instant.EPOCH);
    return new RunRow(
        run.runId(),
        run.jobId(),
        run.blueprintId(),
        run.traceId(),
        run.status(),
        run.submittedAt(),
        run.startedAt(),
        run.endedAt(),
        new Place(at, run.runId()),
        null,
        null);
  }

  /** Whether the row was read from a folder. */
  boolean hasFolder() {
    return seen != null;
  }

  private static List<FileState> states(RunFolder folder) {
    return List.of(
        FileState.at(folder.path().resolve("run.json")),
        FileState.at(folder.path().resolve("job.json")));
  }

  /**
   * As lists show it; null for unknown values.
   *
   * @param root of the run folders
   */
  ObjectNode json(Path root, RunIndex.Marks marks) {
    ObjectNode json = Json.object().put("run_id", runId);
    put(json, "job_id", jobId);
    put(json, "blueprint_id", blueprintId);
    json.put("status", reported());
    put(json, "submitted_at", submittedAt);
    put(json, "started_at", startedAt);
    put(json, "ended_at", reportedEnd());
    put(json, "trace_id", traceId);
    json.put("run_dir", root.resolve(runId).toString());
    if (marks != RunIndex.Marks.NONE) {
      json.put(marks.place(), place.cursor());
    }
    return marks == RunIndex.Marks.NONE || elsewhere == null
        ? json
        : json.put(marks.owner(), elsewhere.owner());
  }

  private static void put(ObjectNode json, String member, String text) {
    json.put(member, text.isEmpty() ? null : text);
  }

  /** Whether both look the same in lists. */
  boolean tellsAs(RunRow other) {
    return facts().equals(other.facts());
  }

  private List<String> facts() {
    return List.of(
        runId, jobId, blueprintId, traceId, reported(), submittedAt, startedAt, reportedEnd());
  }

  boolean isOver() {
    return RunStatus.ofAnyCase(reported()).isFinal();
  }

  /** The runtime's final status wins; until then a program may know better what it waits for. */
  private static String status(String program, String runtime) {
    String status = RunStatus.ofAnyCase(runtime).isFinal() || program.isEmpty() ? runtime : program;
    return status.isEmpty() ? "unknown" : status;
  }

  private static Instant at(RunFolder folder, String started, String submitted) {
    Instant time = Records.time(started.isEmpty() ? submitted : started);
    try {
      return time != null ? time : Files.getLastModifiedTime(folder.path()).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH;
    }
  }
}
