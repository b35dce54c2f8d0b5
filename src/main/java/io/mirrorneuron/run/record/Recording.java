package io.mirrorneuron.run.record;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRequest.HumanType;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.EventLog;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.run.human.HumanCopies;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.run.record.JobEnds.EndedJob;
import io.mirrorneuron.run.report.CompactTimeline;
import io.mirrorneuron.run.report.ObservabilitySummary;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
  private final ChangeEvents changes;
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
    this.changes = new ChangeEvents(hears, job, origin);
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

  /** What the steps of one job have asked people and what became of it, until it is told. */
  static final class PeopleNews {
    private static final TypeReference<Map<String, Object>> ANY = new TypeReference<>() {};

    private static final Set<HumanType> TOLD =
        EnumSet.of(
            HumanType.HUMAN_INPUT_REQUESTED,
            HumanType.HUMAN_REQUEST_ESCALATED,
            HumanType.HUMAN_INPUT_RECEIVED,
            HumanType.HUMAN_INPUT_TIMEOUT);

    private final Map<Long, RecordedEvent> unreported = new TreeMap<>();

    /** Notes each event, then hands it on. */
    Consumer<RecordedEvent> before(Consumer<RecordedEvent> next) {
      return event -> {
        note(event);
        next.accept(event);
      };
    }

    private void note(RecordedEvent event) {
      boolean isOfPeople = event.channel().equals(RunLog.HUMAN.channel());
      if (isOfPeople && TOLD.contains(HumanType.of(event.type()))) {
        unreported.put(event.seq(), event);
      }
    }

    /**
     * Tells what was noted, in order; what fails is told with the next call.
     *
     * @param origin what made the job
     * @throws java.util.concurrent.CompletionException with what the hearer fails with
     */
    void tell(JobEnds ends, RecordedJob job, EndedJob.Origin origin) {
      var each = unreported.values().iterator();
      while (each.hasNext()) {
        ends.asked(of(each.next(), job, origin)).toCompletableFuture().join();
        each.remove();
      }
    }

    private static PeopleEvent of(RecordedEvent event, RecordedJob job, EndedJob.Origin origin) {
      Map<String, Object> payload = Json.MAPPER.convertValue(event.payload(), ANY);
      payload.remove("form");
      return new PeopleEvent(
          job.jobId(),
          job.runId(),
          job.graphId(),
          job.jobName(),
          event.seq(),
          event.type(),
          event.time(),
          payload,
          origin);
    }
  }

  /**
   * Writes the events of one job into the logs of its run, each once. Must be given all events of
   * the job from the first, also those that an existing folder has already.
   */
  static final class RecordedLogs {
    /** Logs that the runtime writes; programs and people write too. */
    private static final Set<RunLog> OWN =
        EnumSet.of(RunLog.EVENTS, RunLog.ERRORS, RunLog.TIMELINE, RunLog.HUMAN, RunLog.RESOURCES);

    private final EventRecords records;
    private final Consumer<RecordedEvent> listener;
    private final Consumer<RecordedEvent> news;
    private final Map<RunLog, EventLog> logs = new EnumMap<>(RunLog.class);
    private final EarlierNodes earlier;
    private TimelineRecords timeline;

    /**
     * @param listener is given each event
     * @param news is given each event that no file has yet, before one has it
     */
    RecordedLogs(
        EventRecords records,
        String jobId,
        Consumer<RecordedEvent> listener,
        Consumer<RecordedEvent> news) {
      this.records = records;
      this.listener = listener;
      this.news = news;
      this.timeline = new TimelineRecords(records);
      this.earlier = new EarlierNodes(records, jobId);
      for (RunLog log : List.of(RunLog.EVENTS, RunLog.ERRORS, RunLog.TIMELINE, RunLog.HUMAN)) {
        logs.put(log, new EventLog(log, jobId));
      }
    }

    /**
     * Finds which events an existing folder has.
     *
     * @param present logs that have files
     */
    void findWritten(RunFolder folder, Set<RunLog> present) {
      logs.forEach(
          (log, events) -> {
            if (present.contains(log)) {
              events.look(folder);
            }
          });
    }

    /** Appends the records of events, except those that the files have. */
    void append(RunFolder into, List<StoredEvent> page) {
      Map<RunLog, List<RunRecord>> found = new EnumMap<>(RunLog.class);
      List<RecordedEvent> events = page.stream().map(RecordedEvent::parse).toList();
      events.stream().filter(event -> logs.get(RunLog.EVENTS).lacks(event.seq())).forEach(news);
      earlier.append(into, events, logs.get(RunLog.EVENTS));
      for (RecordedEvent event : events) {
        listener.accept(event);
        add(found, RunLog.EVENTS, records.event(event));
        add(found, RunLog.ERRORS, records.error(event));
        add(found, RunLog.TIMELINE, timeline.record(event));
        add(found, RunLog.HUMAN, records.human(event));
      }
      found.forEach((log, lines) -> logs.get(log).append(into, lines));
    }

    /**
     * @param record null when the log has none of the event
     */
    private static void add(Map<RunLog, List<RunRecord>> found, RunLog log, RunRecord record) {
      if (record != null) {
        found.computeIfAbsent(log, none -> new ArrayList<>()).add(record);
      }
    }

    /** Whether nobody but the runtime has written to any log of the run. */
    boolean isUntouched(RunFolder folder) {
      return OWN.containsAll(folder.logs())
          && logs.values().stream().allMatch(log -> log.isOurs(folder));
    }

    /**
     * Writes again the records that programs have deleted or overwritten.
     *
     * @param eventsAfter reads a page of the job's events whose numbers are above the given one
     */
    void complete(RunFolder folder, LongFunction<List<StoredEvent>> eventsAfter) {
      logs.values().forEach(log -> log.look(folder));
      if (logs.values().stream().noneMatch(EventLog::lacksSome)) {
        return;
      }
      timeline = new TimelineRecords(records);
      long after = 0;
      for (List<StoredEvent> page = eventsAfter.apply(0);
          !page.isEmpty();
          page = eventsAfter.apply(after)) {
        append(folder, page);
        after = page.getLast().seq();
      }
    }

    /**
     * Says in the log of a run what is missing there: a job that came from another node left behind
     * what its programs had printed, and the files that they wrote into the folder of the run. The
     * folder that has the events from before the move is that of the other node, and lacks nothing.
     * Used by one thread.
     */
    private static final class EarlierNodes {
      private static final String MOVED = "job_scheduler_replanned";
      private static final String PROGRAM = "executor_lease_acquired";

      private final EventRecords records;
      private final String jobId;
      private boolean hadPrograms;
      private boolean isBeforeNew;

      EarlierNodes(EventRecords records, String jobId) {
        this.records = records;
        this.jobId = jobId;
      }

      /**
       * Must be given all events of the job from the first, before the log of events has them.
       *
       * @param written which events the folder has
       */
      void append(RunFolder into, List<RecordedEvent> events, EventLog written) {
        List<RunRecord> reported = new ArrayList<>();
        for (RecordedEvent event : events) {
          if (event.type().equals(MOVED) && hadPrograms && isBeforeNew) {
            reported.add(record(event));
          }
          hadPrograms |= event.type().equals(PROGRAM);
          isBeforeNew = written.lacks(event.seq());
        }
        if (!reported.isEmpty()) {
          EventLog log = new EventLog(RunLog.LOGS, jobId);
          log.look(into);
          log.append(into, reported);
        }
      }

      private RunRecord record(RecordedEvent event) {
        String node = event.json().at("/excluded_nodes/0").asText("another node");
        String message =
            "until %s the programs of this run belonged to %s: what they printed and the files that they wrote into the folder of the run are there, not here"
                .formatted(event.timestamp(), node);
        return new RunRecord(
            records.head(event).put("type", "log").put("level", "WARNING").put("message", message));
      }
    }
  }
}
