package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.human.HumanCopies;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.run.summary.CompactTimeline;
import io.mirrorneuron.run.summary.ObservabilitySummary;
import io.mirrorneuron.store.JobStore.StoredEvent;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Writes one job into the folder of its run. The folder says how far that has come, so a recording
 * can be begun anew at any time; it then hears all events again from the first.
 */
final class Recording {
  /** Documents that a later job of the run does not take over. */
  private static final List<String> OF_ONE_JOB =
      List.of(
          "manifest.json",
          "result.json",
          "final_artifact.json",
          CompactTimeline.FILE,
          ObservabilitySummary.FILE);

  private final RunStore runs;
  private final String jobId;
  private final String runId;
  private final EventRecords relay;
  private final LongFunction<List<StoredEvent>> log;
  private final Consumer<String> beforeEnd;
  private final RecordedDocuments documents;
  private RecordedLogs logs;
  private RunFolder folder;
  private long recorded;
  private String status;
  private boolean hasPrograms;
  private boolean over;

  /**
   * @param row the job's, as first seen
   * @param log the first events behind a number, as stored; fewer than a page when there are no
   *     more
   * @param beforeEnd writes what is still to come from the programs of the run
   */
  Recording(
      RunStore runs,
      ObjectNode row,
      ObjectNode manifest,
      LongFunction<List<StoredEvent>> log,
      Consumer<String> beforeEnd) {
    this.runs = runs;
    this.jobId = row.path("job_id").asText();
    this.runId = row.path("run_id").asText();
    this.log = log;
    this.beforeEnd = beforeEnd;
    this.documents = new RecordedDocuments(row, manifest);
    this.relay =
        new EventRecords(runId, documents.blueprintId(), row.path("trace_id").asText(), jobId);
    begin();
  }

  private void begin() {
    logs = new RecordedLogs(relay, jobId, documents::note);
    recorded = 0;
    status = null;
  }

  /** The number of the last event that was looked at. */
  long recorded() {
    return recorded;
  }

  /** Whether nothing more is to be written. */
  boolean isOver() {
    return over;
  }

  /**
   * Writes the events and what follows from them.
   *
   * @param row of the job, not newer than the last of the events
   * @param events the first behind {@link #recorded}
   */
  void record(ObjectNode row, List<StoredEvent> events) {
    if (folder != null && !Files.exists(folder.path().resolve("job.json"))) {
      folder = null; // somebody has deleted it, another may have made it again
      begin();
      record(row, log.apply(0));
      return;
    }
    if (folder == null && !runs.has(runId) && make(row, events)) {
      return;
    }
    if (folder == null) {
      folder = runs.open(runId);
      lookAround();
    }
    folder.together(held -> write(held, row, events));
    if (ends(row)) {
      beforeEnd.accept(runId);
      completeLogs();
      folder.together(held -> finish(held, row));
    }
  }

  /** Answers false when a program or another job of the run was faster; all is written again. */
  private boolean make(ObjectNode row, List<StoredEvent> events) {
    boolean made =
        runs.make(
            runId,
            unshared -> {
              write(unshared, row, events);
              if (ends(row)) {
                finish(unshared, row);
              }
            });
    if (made) {
      folder = runs.open(runId);
    } else {
      begin();
    }
    return made;
  }

  /** Whether programs of the job may be writing into the folder. */
  boolean hasPrograms() {
    return hasPrograms;
  }

  /** Keeps what the programs have written, whatever they do to it later. */
  void look() {
    if (hasPrograms && !logs.isUntouched(folder)) {
      HumanCopies.mend(folder);
      runs.journal(folder).advance(); // one batch, as other runs wait for this thread
    }
  }

  /** The folder is there already: what of the job is in it? */
  private void lookAround() {
    Set<RunLog> present = folder.logs();
    if (present.contains(RunLog.HUMAN)) {
      HumanCopies.mend(folder);
      HumanCopies.complete(folder, runs.journal(folder));
    }
    logs.look(folder, present);
  }

  private void write(RunFolder into, ObjectNode row, List<StoredEvent> events) {
    String now = row.path("status").asText();
    boolean first = status == null;
    if (first) {
      writeFirst(into, row, new RunStatus(now).isFinal());
    }
    for (List<StoredEvent> page = events; !page.isEmpty(); page = more(row)) {
      logs.append(into, page);
      recorded = page.getLast().seq();
    }
    if (!ends(row) && !now.equals(status)) {
      into.update("run.json", run -> documents.run(into, run, row, now));
    }
    status = now;
    hasPrograms = row.path("active_executors").asInt() > 0;
  }

  private void writeFirst(RunFolder into, ObjectNode row, boolean atEnd) {
    if (isAnothers(into)) {
      into.discard(OF_ONE_JOB, Records.time(row.path("submitted_at").asText()));
    }
    if (!atEnd || into.peek("run.json").isPresent()) { // whatever programs say, it is not over
      into.write("job.json", documents.job(row, "running"));
    }
    into.writeIfAbsent("manifest.json", documents.manifest());
    documents.inputs().ifPresent(inputs -> into.writeIfAbsent("inputs.json", inputs));
  }

  private boolean ends(ObjectNode row) {
    return new RunStatus(row.path("status").asText()).isFinal()
        && recorded >= row.path("event_seq").asLong();
  }

  /** A run may be submitted again; what it says in the end is then the later job's. */
  private boolean isAnothers(RunFolder into) {
    String its = RunHeader.ofJob(into).jobId();
    return !its.isEmpty() && !its.equals(jobId);
  }

  private List<StoredEvent> more(ObjectNode row) {
    return recorded < row.path("event_seq").asLong() ? log.apply(recorded) : List.of();
  }

  /** The programs have ended: what they have cut off or rewritten of the logs is written again. */
  private void completeLogs() {
    if (logs.isUntouched(folder)) {
      return;
    }
    HumanCopies.mend(folder);
    RunJournal journal = runs.journal(folder);
    journal.catchUp(); // what a program has cut off is kept there
    HumanCopies.complete(folder, journal);
    logs.complete(folder, log);
  }

  /** From here on the folder is as it stays. */
  private void finish(RunFolder into, ObjectNode row) {
    documents.result(into).forEach(into::writeIfAbsent);
    boolean isNew = into.peek("run.json").isEmpty();
    if (isNew) { // the summary reads there whose run it is
      into.update("run.json", run -> documents.run(into, run, row, status));
    }
    into.writeIfAbsent(CompactTimeline.FILE, CompactTimeline.of(into));
    into.writeIfAbsent(ObservabilitySummary.FILE, ObservabilitySummary.of(into, status));
    if (!isNew) {
      into.update("run.json", run -> documents.run(into, run, row, status));
    }
    into.write("job.json", documents.job(row, status)); // the last, as it says that all is there
    over = true;
  }
}
