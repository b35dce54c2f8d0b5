package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.JobEvent;
import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobRecord.RunFacts;
import io.mirrorneuron.area.jobs.view.JobRecord.StoredRun;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunIndex;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.run.report.ObservabilitySummary;
import io.mirrorneuron.run.report.ResourceSummary;
import io.mirrorneuron.wire.GraphFacts;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.ManifestFacts;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The data of jobs in the run store. Blocking. Thread-safe. */
public final class JobRuns {
  private static final int MOST_EVENTS = 5000;

  /** Bytes of a journal that a list of events searches for events of programs. */
  private static final long LISTED_BYTES = 4 << 20;

  /** Bytes of a journal that the first read of a job's story searches. */
  private static final long STORY_BYTES = 64 << 20;

  private final RunStore store;
  private final RedactedRuns runs;
  private final RunIndex index;
  private final Clock clock;

  public JobRuns(RunStore store, RedactedRuns runs, RunIndex index, Clock clock) {
    this.store = store;
    this.runs = runs;
    this.index = index;
    this.clock = clock;
  }

  /** The run folder of the job, if it exists; it may lag some milliseconds behind the job. */
  Optional<RedactedRun> folder(JobRecord job) {
    return folder(job.runId());
  }

  /** The run folder after the final documents of an ended job were written. */
  Optional<RedactedRun> wholeFolder(JobRecord job) {
    if (job.isFinal() && job.runId() != null) {
      store.finish(job.runId());
    }
    return folder(job.runId());
  }

  private Optional<RedactedRun> folder(String runId) {
    return Optional.ofNullable(runId).flatMap(runs::present);
  }

  /** The newest run that names the job. */
  Optional<RedactedRun> ofJob(String jobId) {
    JsonNode page = index.list(new RunIndex.Query(1, "", "", "", jobId, "", null));
    return folder(page.at("/data/0/run_id").textValue());
  }

  /**
   * The newest run of a job for which the runtime answered NOT_FOUND; rethrows any other failure.
   */
  RedactedRun left(String jobId, MnException failure) {
    if (failure.code() != ErrorCode.NOT_FOUND) {
      throw failure;
    }
    return ofJob(jobId).orElseThrow(() -> failure);
  }

  /** The documents of the run; a missing summary is computed. */
  StoredRun summarised(RedactedRun folder) {
    return new StoredRun(
        document(folder, "job.json"), document(folder, "run.json"), folder.summary());
  }

  StoredRun documents(RedactedRun folder) {
    return new StoredRun(
        document(folder, "job.json"),
        document(folder, "run.json"),
        folder.has(ObservabilitySummary.FILE) ? folder.summary() : MissingNode.getInstance());
  }

  /** The record of a job that the runtime no longer knows, with its plan. */
  JobRecord record(RedactedRun folder) {
    ObjectNode document = Json.object();
    Stream.of("config.json", "manifest.json")
        .map(name -> document(folder, name))
        .filter(JobRuns::isPlan)
        .findFirst()
        .ifPresent(plan -> document.set("manifest", plan));
    return new JobRecord(JobDetailForm.read(document), documents(folder));
  }

  private static boolean isPlan(JsonNode document) {
    GraphFacts graph = GraphFacts.read(document);
    return !ManifestFacts.read(document).workflow().steps().isEmpty()
        || !graph.nodes().isEmpty()
        || !graph.nodesOfAgents().isEmpty();
  }

  private static JsonNode document(RedactedRun folder, String name) {
    return folder.peek(name).<JsonNode>map(json -> json).orElse(MissingNode.getInstance());
  }

  /** The run's part of a job's detail. */
  RunFacts facts(RedactedRun folder) {
    List<ObjectNode> files = new ArrayList<>(folder.artifacts((file, why) -> {}));
    files.addAll(folder.outputs());
    boolean sampled = folder.has(RunLog.RESOURCES.file());
    return new RunFacts(
        folder.path().toString(),
        JobReads.once(files),
        sampled
            ? folder.resources(ResourceSummary.Window.DAY, clock.instant())
            : Json.MAPPER.nullNode());
  }

  /** The job's events from its run, for a job that the runtime no longer knows. */
  EventPage events(RedactedRun folder, long after, int limit) {
    List<ObjectNode> events = all(folder, record -> new JobEvent(record).seq() > after);
    return new EventPage(
        events.stream().limit(limit).map(JobRuns::event).map(Json::write).toList(),
        events.isEmpty()
            ? after
            : new JobEvent(events.get(Math.min(limit, events.size()) - 1)).seq(),
        events.size() <= limit);
  }

  EventPage lastEvents(RedactedRun folder, int limit) {
    List<ObjectNode> events = all(folder, any -> true);
    List<ObjectNode> last = events.subList(Math.max(0, events.size() - limit), events.size());
    return new EventPage(
        last.stream().map(JobRuns::event).map(Json::write).toList(),
        last.isEmpty() ? 0 : new JobEvent(last.getLast()).seq(),
        true);
  }

  /**
   * The page merged by time with the events that programs of the run wrote themselves; the last
   * {@code limit} of them.
   *
   * @param job asked for when the run is not named after the job
   */
  EventPage merged(EventPage page, String jobId, Supplier<JobRecord> job, int limit) {
    return folder(RunId.of(jobId))
        .or(() -> folder(job.get().runId()))
        .map(run -> merged(page, run, limit))
        .orElse(page);
  }

  private EventPage merged(EventPage page, RedactedRun folder, int limit) {
    List<ObjectNode> own = journal(folder).ofPrograms(0, limit, LISTED_BYTES).events();
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

  /** Events that programs of the run wrote themselves, after a number of its journal, in order. */
  RunJournal.OfPrograms ofPrograms(RedactedRun folder, long after) {
    return journal(folder).ofPrograms(after, MOST_EVENTS, STORY_BYTES);
  }

  /** A number that changes with the files of the run. Reads the disk. */
  long stamp(String runId) {
    return store.stamp(runId);
  }

  /** A number that changes at once when this process writes a document of the run. */
  int version(String runId) {
    return store.version(runId);
  }

  /** Reports each change of the run's files until closed. */
  JobsPort.Subscription watch(String runId, Runnable onChange) {
    AutoCloseable watch = store.watch(runId, onChange);
    return () -> {
      try {
        watch.close();
      } catch (Exception e) {
        throw new IllegalStateException("a watch of the run store cannot be closed", e);
      }
    };
  }

  private List<ObjectNode> all(RedactedRun folder, Predicate<ObjectNode> wanted) {
    return journal(folder)
        .last(MOST_EVENTS, new RunJournal.Filter(EnumSet.of(RunLog.EVENTS), null), wanted);
  }

  private RunJournal journal(RedactedRun folder) {
    RunJournal journal = folder.journal();
    journal.takeInAll();
    return journal;
  }

  /**
   * A record as a job event: without null members, with {@code timestamp} and {@code type} as text,
   * as clients expect.
   */
  private static ObjectNode event(ObjectNode record) {
    ObjectNode event = record.deepCopy();
    event.properties().removeIf(member -> member.getValue().isNull());
    if (!event.path("timestamp").isTextual()) {
      event.put("timestamp", Records.timeText(event));
    }
    if (!event.path("type").isTextual()) {
      event.put("type", event.path("type").asText("log"));
    }
    return event;
  }
}
