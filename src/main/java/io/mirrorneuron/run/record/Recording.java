package io.mirrorneuron.run.record;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.human.HumanCopies;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.run.report.CompactTimeline;
import io.mirrorneuron.run.report.ObservabilitySummary;
import io.mirrorneuron.store.JobStore.StoredEvent;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Writes one job into the folder of its run: its events into the logs, its state into the
 * documents. What is written already is found in the folder, so a recording can be started again at
 * any time; it then reads all events of the job again. Used by one thread.
 */
final class Recording {
  private final RunStore runs;
  private final String jobId;
  private final String runId;
  private final EventRecords records;
  private final LongFunction<List<StoredEvent>> eventsAfter;
  private final Consumer<String> beforeEnd;
  private final RecordedDocuments documents;
  private final EndedJob.Origin origin;
  private final ToldChanges changes;
  private final PeopleNews news = new PeopleNews();
  private RecordedLogs logs;
  private RunFolder folder;
  private long recorded;
  private String status;
  private boolean hasPrograms;
  private boolean over;

  /**
   * @param job as it is now
   * @param eventsAfter reads a page of the job's events whose numbers are above the given one; an
   *     empty page when there are none
   * @param beforeEnd is given the run's id when the job has ended, before its logs are completed:
   *     writes the output of its programs that is still in memory
   */
  Recording(
      RunStore runs,
      RecordedJob job,
      ObjectNode manifest,
      LongFunction<List<StoredEvent>> eventsAfter,
      Consumer<String> beforeEnd,
      JobEnds hears) {
    this.runs = runs;
    this.jobId = job.jobId();
    this.runId = job.runId();
    this.eventsAfter = eventsAfter;
    this.beforeEnd = beforeEnd;
    this.documents = new RecordedDocuments(job, manifest);
    this.origin = RecordedJob.origin(manifest);
    this.changes = new ToldChanges(hears, job, origin);
    this.records = documents.records(job);
    restart();
  }

  /** Forgets how far it has come; all events are read again. */
  private void restart() {
    logs = new RecordedLogs(records, jobId, news.before(documents::note), changes::tell);
    recorded = 0;
    status = null;
  }

  PeopleNews news() {
    return news;
  }

  /** The number of the last event that is in the logs; 0 when there is none. */
  long recorded() {
    return recorded;
  }

  /** What made the job. */
  EndedJob.Origin origin() {
    return origin;
  }

  /** Whether the job has ended and its folder is complete. */
  boolean isOver() {
    return over;
  }

  /**
   * Writes what is new.
   *
   * @param job read before the events were, so that it tells of none that are missing
   * @param events a page of those after {@link #recorded}
   */
  void record(RecordedJob job, List<StoredEvent> events) {
    if (folder != null && !Files.exists(folder.path().resolve("job.json"))) {
      folder = null; // deleted, and perhaps created again by somebody else
      restart();
      record(job, eventsAfter.apply(0));
      return;
    }
    if (folder == null && create(job, events)) {
      return;
    }
    boolean whole = status == null && job.hasEnded(); // nobody has changed what is not there yet
    if (folder == null) {
      if (whole) {
        beforeEnd.accept(runId);
      }
      folder = runs.open(runId);
      findWritten();
    }
    folder.together(
        held -> {
          write(held, job, events);
          if (whole && isComplete(job)) {
            finish(held, job);
          }
        });
    if (!over && isComplete(job)) {
      beforeEnd.accept(runId);
      completeLogs();
      folder.together(held -> finish(held, job));
    }
  }

  /**
   * Creates the folder with all that is known by now.
   *
   * @return false when it exists: a program or another job of the run was faster
   */
  private boolean create(RecordedJob job, List<StoredEvent> events) {
    boolean created =
        runs.make(
            runId,
            unshared -> {
              write(unshared, job, events);
              if (isComplete(job)) {
                finish(unshared, job);
              }
            });
    if (created) {
      folder = runs.open(runId);
    } else {
      restart();
    }
    return created;
  }

  /** Whether programs of the job may be writing into the folder. */
  boolean hasPrograms() {
    return hasPrograms;
  }

  /** Copies new lines of the logs into the journal: programs may truncate their files later. */
  void journalLogs() {
    if (hasPrograms && !logs.isUntouched(folder)) {
      HumanCopies.mend(folder);
      runs.journal(folder).advance(); // one batch, as other runs wait for this thread
    }
  }

  /** Finds what a folder that this recording did not create has of the job. */
  private void findWritten() {
    Set<RunLog> present = folder.logs();
    if (present.contains(RunLog.HUMAN)) {
      HumanCopies.mend(folder);
      HumanCopies.complete(folder, runs.journal(folder));
    }
    logs.findWritten(folder, present);
  }

  private void write(RunFolder into, RecordedJob job, List<StoredEvent> events) {
    String now = job.status();
    boolean first = status == null;
    if (first) {
      writeFirst(into, job);
    }
    for (List<StoredEvent> page = events; !page.isEmpty(); page = nextPage(job)) {
      logs.append(into, page);
      recorded = page.getLast().seq();
    }
    if (!isComplete(job) && !now.equals(status)) {
      into.update("run.json", run -> documents.run(into, run, job, now));
    }
    status = now;
    hasPrograms = job.activeExecutors() > 0;
  }

  private void writeFirst(RunFolder into, RecordedJob job) {
    if (hasOtherJob(into)) {
      into.discard(RecordedDocuments.OF_JOB, Records.time(job.submittedAt()));
    }
    if (!job.hasEnded() || into.peek("run.json").isPresent()) {
      // "running" until all is written, whatever a program has written into run.json
      into.write("job.json", documents.job(job, "running"));
    }
    into.writeIfAbsent("manifest.json", documents.manifest());
    documents.started().forEach(into::writeIfAbsent);
  }

  /** Whether the job has ended and the logs have all its events. */
  private boolean isComplete(RecordedJob job) {
    return job.hasEnded() && recorded >= job.eventSeq();
  }

  /** Whether the folder has another job of the run: a run may be submitted again. */
  private boolean hasOtherJob(RunFolder into) {
    String its = RunHeader.ofJob(into).jobId();
    return !its.isEmpty() && !its.equals(jobId);
  }

  private List<StoredEvent> nextPage(RecordedJob job) {
    return recorded < job.eventSeq() ? eventsAfter.apply(recorded) : List.of();
  }

  /** After the programs have ended: writes again what they have deleted from the logs. */
  private void completeLogs() {
    if (logs.isUntouched(folder)) {
      return;
    }
    HumanCopies.mend(folder);
    RunJournal journal = runs.journal(folder);
    journal.catchUp(); // has the lines that programs have deleted
    HumanCopies.complete(folder, journal);
    logs.complete(folder, eventsAfter);
  }

  /** Writes the documents that a run has in the end; nothing is written afterwards. */
  private void finish(RunFolder into, RecordedJob job) {
    documents.result(into).forEach(into::writeIfAbsent);
    boolean isNew = into.peek("run.json").isEmpty();
    if (isNew) { // the summary reads it
      into.update("run.json", run -> documents.run(into, run, job, status));
    }
    into.writeIfAbsent(CompactTimeline.FILE, CompactTimeline.of(into));
    into.writeIfAbsent(ObservabilitySummary.FILE, ObservabilitySummary.of(into, status));
    if (!isNew) {
      into.update("run.json", run -> documents.run(into, run, job, status));
    }
    into.write("job.json", documents.job(job, status)); // the last: says that the run is over
    over = true;
  }
}
