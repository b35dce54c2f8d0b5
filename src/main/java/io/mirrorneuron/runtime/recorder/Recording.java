package io.mirrorneuron.runtime.recorder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runstore.CompactTimeline;
import io.mirrorneuron.runstore.EventId;
import io.mirrorneuron.runstore.HumanCopies;
import io.mirrorneuron.runstore.Numbers;
import io.mirrorneuron.runstore.ObservabilitySummary;
import io.mirrorneuron.runstore.Records;
import io.mirrorneuron.runstore.RunFolder;
import io.mirrorneuron.runstore.RunLog;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * One job on its way into the folder of its run. The folder says how far that has come, so a
 * recording can be begun anew at any time; it then hears all events again from the first.
 */
final class Recording {
  private static final Set<String> TERMINAL = Set.of("completed", "failed", "cancelled");

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
  private final ObjectNode manifest;
  private final Relay relay;
  private final LongFunction<List<StoredEvent>> log;
  private final Consumer<String> beforeEnd;
  private final RunDocuments documents;
  private Timeline timeline;

  /** Events that each file had when it was last looked at; nothing for files that are ours. */
  private final Map<RunLog, Numbers> present = new EnumMap<>(RunLog.class);

  private final Map<RunLog, Integer> expected = new EnumMap<>(RunLog.class);
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
    this.manifest = manifest;
    this.log = log;
    this.beforeEnd = beforeEnd;
    this.documents = new RunDocuments(row, manifest);
    this.relay = new Relay(runId, documents.blueprintId(), row.path("trace_id").asText(), jobId);
    this.timeline = new Timeline(relay);
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
    boolean fresh = folder == null && !runs.has(runId);
    if (fresh && runs.make(runId, made -> write(made, row, events))) {
      folder = runs.open(runId);
      return;
    }
    if (fresh) { // a program or another job of the run was faster
      expected.clear();
      timeline = new Timeline(relay);
      recorded = 0;
      status = null;
    }
    if (folder == null) {
      folder = runs.open(runId);
      HumanCopies.complete(folder, runs.journal(folder));
      findPresent();
    }
    write(folder, row, events);
  }

  /** Whether programs of the job may be writing into the folder. */
  boolean hasPrograms() {
    return hasPrograms;
  }

  /** Keeps what the programs have written, whatever they do to it later. */
  void look() {
    if (hasPrograms) {
      runs.journal(folder).advance(); // other runs wait
    }
  }

  private void findPresent() {
    for (RunLog file : List.of(RunLog.EVENTS, RunLog.ERRORS, RunLog.TIMELINE)) {
      present.put(file, folder.events(file, jobId));
    }
  }

  private void write(RunFolder into, ObjectNode row, List<StoredEvent> events) {
    boolean first = status == null;
    if (first && isAnothers(into)) {
      into.discard(OF_ONE_JOB, Records.time(row.path("submitted_at").asText()));
    }
    if (first && folder != null) { // whatever programs have said, it is not over
      into.write("job.json", documents.job(row, "running"));
    }
    if (first) {
      into.writeIfAbsent("manifest.json", Redaction.of(manifest));
      documents.inputs().ifPresent(inputs -> into.writeIfAbsent("inputs.json", inputs));
    }
    for (List<StoredEvent> page = events; !page.isEmpty(); page = more(row)) {
      append(into, page, recorded);
      recorded = page.getLast().seq();
    }
    String now = row.path("status").asText();
    boolean ends = TERMINAL.contains(now) && recorded >= row.path("event_seq").asLong();
    if (first && folder == null && !ends) {
      into.write("job.json", documents.job(row, "running"));
    }
    if (!ends && !now.equals(status)) {
      into.update("run.json", run -> documents.run(into, run, row, now));
    }
    status = now;
    hasPrograms = row.path("active_executors").asInt() > 0;
    if (ends) {
      finish(into, row);
    }
  }

  /** A run may be submitted again; what it says in the end is then the later job's. */
  private boolean isAnothers(RunFolder into) {
    return into.peek("job.json")
        .map(job -> job.path("job_id").asText(jobId))
        .filter(job -> !job.equals(jobId))
        .isPresent();
  }

  private List<StoredEvent> more(ObjectNode row) {
    return recorded < row.path("event_seq").asLong() ? log.apply(recorded) : List.of();
  }

  /** Appends what the events say, unless the files have it. */
  private void append(RunFolder into, List<StoredEvent> page, long counted) {
    Map<RunLog, List<ObjectNode>> records = new EnumMap<>(RunLog.class);
    for (StoredEvent stored : page) {
      ObjectNode event = Json.parseObject(stored.json(), "stored event");
      documents.note(event);
      add(records, RunLog.EVENTS, relay.event(event), stored.seq() > counted);
      add(records, RunLog.ERRORS, relay.error(event), stored.seq() > counted);
      add(records, RunLog.TIMELINE, timeline.record(event), stored.seq() > counted);
    }
    records.forEach(into::append);
  }

  private void add(
      Map<RunLog, List<ObjectNode>> records, RunLog file, ObjectNode record, boolean isNew) {
    if (record == null) {
      return;
    }
    if (isNew) {
      expected.merge(file, 1, Integer::sum);
    }
    Numbers known = present.get(file);
    if (known == null || !known.has(EventId.of(record).seq())) {
      records.computeIfAbsent(file, none -> new ArrayList<>()).add(record);
    }
  }

  /** The programs have had their say; from here on the folder is as it stays. */
  private void finish(RunFolder into, ObjectNode row) {
    if (folder != null) {
      beforeEnd.accept(runId);
      runs.journal(folder).catchUp(); // what a program has cut off is kept there
      HumanCopies.complete(folder, runs.journal(folder));
      findPresent();
      if (present.entrySet().stream().anyMatch(file -> lacks(file.getKey()))) {
        restore();
      }
    }
    documents.result(into).forEach(into::writeIfAbsent);
    into.writeIfAbsent(CompactTimeline.FILE, CompactTimeline.of(into));
    into.writeIfAbsent(ObservabilitySummary.FILE, ObservabilitySummary.of(into, status));
    into.update("run.json", run -> documents.run(into, run, row, status));
    into.write("job.json", documents.job(row, status)); // the last, as it says that all is there
    over = true;
  }

  private boolean lacks(RunLog file) {
    return present.get(file).count() < expected.getOrDefault(file, 0);
  }

  /** Writes again what a program that rewrote the files has lost. */
  private void restore() {
    timeline = new Timeline(relay);
    long after = 0;
    for (List<StoredEvent> page = log.apply(0); !page.isEmpty(); page = log.apply(after)) {
      append(folder, page, recorded);
      after = page.getLast().seq();
    }
  }
}
