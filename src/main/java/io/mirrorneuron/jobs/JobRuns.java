package io.mirrorneuron.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.jobs.view.RunFacts;
import io.mirrorneuron.jobs.view.stored.JobRecord;
import io.mirrorneuron.jobs.view.stored.StoredRun;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.EventPage;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runstore.Artifacts;
import io.mirrorneuron.runstore.ObservabilitySummary;
import io.mirrorneuron.runstore.Outputs;
import io.mirrorneuron.runstore.Records;
import io.mirrorneuron.runstore.ResourceSummary;
import io.mirrorneuron.runstore.RunFolder;
import io.mirrorneuron.runstore.RunIndex;
import io.mirrorneuron.runstore.RunJournal;
import io.mirrorneuron.runstore.RunLog;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What the run store knows of jobs. Blocking and thread-safe. */
public final class JobRuns {
  private static final int MOST_EVENTS = 5000;
  private static final String RUN_ID = "\"run_id\":\"";

  private final RunStore runs;
  private final RunIndex index;
  private final Artifacts artifacts;
  private final Outputs outputs;
  private final Clock clock;

  public JobRuns(RunStore runs, RunIndex index, Artifacts artifacts, Outputs outputs, Clock clock) {
    this.runs = runs;
    this.index = index;
    this.artifacts = artifacts;
    this.outputs = outputs;
    this.clock = clock;
  }

  /** Rows that are other bytes also when only the documents of the job's run have changed. */
  JobRows rows(JobRows rows) {
    return jobId ->
        rows.row(jobId)
            .map(
                row -> {
                  if (row == null) {
                    return null;
                  }
                  String text = row.toString(StandardCharsets.ISO_8859_1);
                  int from = text.indexOf(RUN_ID) + RUN_ID.length();
                  String runId = text.substring(from, Math.max(from, text.indexOf('"', from)));
                  return row.copy().appendInt(runs.version(runId));
                });
  }

  /** The folder of the job's run, if it has one now; it may be some milliseconds behind the job. */
  Optional<RunFolder> folder(JobRecord job) {
    return folder(job.runId());
  }

  /** The same, with all that is to be written when the job has ended. */
  Optional<RunFolder> wholeFolder(JobRecord job) {
    if (job.isFinal() && job.runId() != null) {
      runs.finish(job.runId());
    }
    return folder(job.runId());
  }

  private Optional<RunFolder> folder(String runId) {
    return Optional.ofNullable(runId).flatMap(runs::present);
  }

  /** The newest run that says it was made for the job. */
  Optional<RunFolder> ofJob(String jobId) {
    JsonNode page = index.list(new RunIndex.Query(1, "", "", "", jobId, "", null));
    return folder(page.at("/data/0/run_id").textValue());
  }

  /** The same for a job that the runtime was asked for and did not know; else the failure. */
  RunFolder left(String jobId, MnException failure) {
    if (failure.code() != ErrorCode.NOT_FOUND) {
      throw failure;
    }
    return ofJob(jobId).orElseThrow(() -> failure);
  }

  StoredRun documents(RunFolder folder) {
    return new StoredRun(
        document(folder, "job.json"),
        document(folder, "run.json"),
        Files.exists(folder.path().resolve(ObservabilitySummary.FILE))
            ? ObservabilitySummary.storedOrComputed(folder)
            : MissingNode.getInstance());
  }

  private static JsonNode document(RunFolder folder, String name) {
    return folder.peek(name).<JsonNode>map(json -> json).orElse(MissingNode.getInstance());
  }

  /** What a job's detail tells of its run. */
  RunFacts facts(RunFolder folder) {
    List<ObjectNode> files = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    for (List<ObjectNode> some : List.of(artifacts.refs(folder), outputs.refs(folder))) {
      some.stream().filter(ref -> paths.add(ref.path("path").asText())).forEach(files::add);
    }
    boolean sampled = Files.exists(folder.path().resolve(RunLog.RESOURCES.file()));
    return new RunFacts(
        folder.path().toString(),
        files,
        sampled
            ? ResourceSummary.of(folder, ResourceSummary.Window.DAY, clock.instant())
            : Json.MAPPER.nullNode());
  }

  /** The job's events as its run has them, for a job that the runtime does not know any more. */
  EventPage events(RunFolder folder, long after, int limit) {
    List<ObjectNode> events = all(folder, record -> record.path("seq").asLong() > after);
    return new EventPage(
        events.stream().limit(limit).map(JobRuns::event).map(Json::write).toList(),
        events.isEmpty()
            ? after
            : events.get(Math.min(limit, events.size()) - 1).path("seq").asLong(),
        events.size() <= limit);
  }

  /** The last of them. */
  EventPage lastEvents(RunFolder folder, int limit) {
    List<ObjectNode> events = all(folder, any -> true);
    List<ObjectNode> last = events.subList(Math.max(0, events.size() - limit), events.size());
    return new EventPage(
        last.stream().map(JobRuns::event).map(Json::write).toList(),
        last.isEmpty() ? 0 : last.getLast().path("seq").asLong(),
        true);
  }

  /**
   * The page with what the programs of the run wrote themselves, by time; the last so many.
   *
   * @param job asked for when the run is not called after the job
   */
  EventPage merged(EventPage page, String jobId, Supplier<JobRecord> job, int limit) {
    return folder("run-" + jobId)
        .or(() -> folder(job.get().runId()))
        .map(run -> merged(page, run, limit))
        .orElse(page);
  }

  private EventPage merged(EventPage page, RunFolder folder, int limit) {
    RunJournal journal = runs.journal(folder);
    journal.catchUp();
    List<ObjectNode> own = journal.ofPrograms(limit);
    if (own.isEmpty()) {
      return page;
    }
    List<ObjectNode> merged = new ArrayList<>();
    page.events().forEach(text -> merged.add(Json.parseObject(text, "event")));
    own.stream().map(JobRuns::event).forEach(merged::add);
    merged.sort(
        Comparator.comparing(Records::time, Comparator.nullsFirst(Comparator.naturalOrder())));
    return new EventPage(
        merged.stream().skip(Math.max(0, merged.size() - limit)).map(Json::write).toList(),
        page.next(),
        page.ended());
  }

  private List<ObjectNode> all(RunFolder folder, Predicate<ObjectNode> wanted) {
    RunJournal journal = runs.journal(folder);
    journal.catchUp();
    return journal.last(
        MOST_EVENTS, new RunJournal.Filter(EnumSet.of(RunLog.EVENTS), null), wanted);
  }

  /** A record as an event of a job reads. */
  private static ObjectNode event(ObjectNode record) {
    ObjectNode event = record.deepCopy();
    if (!event.has("timestamp")) {
      event.put("timestamp", Records.timeText(record));
    }
    return event;
  }
}
