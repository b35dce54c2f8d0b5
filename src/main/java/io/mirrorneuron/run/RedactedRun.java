package io.mirrorneuron.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.Artifacts;
import io.mirrorneuron.run.folder.EventCopies;
import io.mirrorneuron.run.folder.LastLines;
import io.mirrorneuron.run.folder.Outputs;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.ServedFile;
import io.mirrorneuron.run.journal.JournalEntry;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.run.report.ObservabilitySummary;
import io.mirrorneuron.run.report.ResourceSummary;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A run as clients may see it: secrets in its documents and records are hidden; only {@link
 * #readAsMade} and {@link #output} return files unchanged. Areas get runs in this form only, so
 * that no secret is shown by mistake. Each call reads files. Blocking and thread-safe.
 */
public final class RedactedRun {
  /** Results are what a run is made for; pages are made to be looked at. */
  private static final Set<String> MADE_FOR_CLIENTS =
      Set.of("result.json", "final_artifact.json", "ui.json", "web_ui.json");

  private final RunStore store;
  private final RunFolder folder;
  private final Artifacts artifacts;
  private final Outputs outputs;

  RedactedRun(RunStore store, RunFolder folder, Artifacts artifacts, Outputs outputs) {
    this.store = store;
    this.folder = folder;
    this.artifacts = artifacts;
    this.outputs = outputs;
  }

  public String runId() {
    return folder.runId();
  }

  /** The folder, for answers that say where a run is; its files must not be shown from here. */
  public Path path() {
    return folder.path();
  }

  /** Whether nothing is written any more. */
  public boolean isOver() {
    return folder.isOver();
  }

  /** The job as the runtime has recorded it; empty when it has not. */
  public String jobId() {
    return RunHeader.ofJob(folder).jobId();
  }

  /** The end as the documents of the run have it; empty when they have none. */
  public String endedAt() {
    return RunHeader.ofRun(folder).or(RunHeader.ofJob(folder)).endedAt();
  }

  // ------------------------------------------------------------------ documents

  public boolean has(String name) {
    return Files.exists(folder.path().resolve(name));
  }

  /** In bytes; 0 when there is no such file. */
  public long size(String name) {
    Path file = folder.inside(name);
    return file == null ? 0 : UntrustedFiles.size(file);
  }

  /**
   * A JSON document without its secrets; empty when there is none.
   *
   * @throws MnException INTERNAL {@code failed to read NAME}
   */
  public Optional<ObjectNode> read(String name) {
    return folder.read(name).map(Redaction::of);
  }

  /** As {@link #read}; empty also when the document is damaged. */
  public Optional<ObjectNode> peek(String name) {
    return folder.peek(name).map(Redaction::of);
  }

  /**
   * A document that programs make for clients, unchanged.
   *
   * @param name of a result or a page
   * @throws MnException INTERNAL {@code failed to read NAME}
   */
  public Optional<ObjectNode> readAsMade(String name) {
    if (!MADE_FOR_CLIENTS.contains(name)) {
      throw new IllegalArgumentException(name + " is shown without secrets only");
    }
    return folder.read(name);
  }

  /**
   * The result of the run's job, as the recorder will write it: without secrets.
   *
   * @param results the runtime's results by job id
   */
  public Optional<ObjectNode> jobResult(Function<String, Optional<JsonNode>> results) {
    return results
        .apply(jobId())
        .filter(JsonNode::isObject)
        .map(result -> Redaction.of((ObjectNode) result));
  }

  /** The stored observability summary, or a computed one. */
  public ObjectNode summary() {
    return Redaction.of(ObservabilitySummary.storedOrComputed(folder));
  }

  // ------------------------------------------------------------------ records

  /** The numbered records; they hold no secrets. */
  public RunJournal journal() {
    return store.journal(folder);
  }

  /**
   * Records behind a number.
   *
   * @param entries in order
   * @param next the number to continue from
   * @param more whether there are more records than were read, or fitted
   * @param ended whether the run is over and these were its last records
   */
  public record News(List<JournalEntry> entries, long next, boolean more, boolean ended) {}

  /** The records behind a number until now, {@code limit} at most. */
  public News news(long after, RunJournal.Filter filter, int limit) {
    boolean over = isOver(); // before the journal is read: then nothing can follow
    RunJournal journal = journal();
    RunJournal.Taken taken = journal.takeIn();
    RunJournal.Page page = journal.page(after, filter, limit);
    return new News(
        page.entries(),
        page.next(),
        taken == RunJournal.Taken.SOME || !page.complete(),
        over && taken == RunJournal.Taken.ALL && page.complete());
  }

  /**
   * The last lines of the event log, oldest first; a line that is no JSON object becomes an event
   * {@code unparseable_event}.
   */
  public ArrayNode lastEvents(int limit) {
    ArrayNode events = Json.MAPPER.createArrayNode();
    List<String> lines = EventCopies.dropped(LastLines.of(folder, RunLog.EVENTS, 2 * limit));
    lines.stream()
        .skip(Math.max(0, lines.size() - limit))
        .map(RedactedRun::event)
        .forEach(events::add);
    return events;
  }

  private static JsonNode event(String line) {
    try {
      if (Json.parse(line) instanceof ObjectNode event) {
        return Redaction.of(event);
      }
    } catch (JsonProcessingException e) {
    }
    ObjectNode event = Json.object().put("type", "unparseable_event");
    event.putObject("payload").put("line", line);
    return event;
  }

  /** The resource use of its programs over time. */
  public ObjectNode resources(ResourceSummary.Window window, Instant now) {
    return ResourceSummary.of(folder, window, now);
  }

  /** Changes whenever {@link #resources} may have changed. */
  public long resourcesVersion(boolean over) {
    return ResourceSummary.version(folder, over);
  }

  // ------------------------------------------------------------------ files

  /**
   * References to the files of the run that clients may have.
   *
   * @param refused receives the relative path of each refused file, and the reason
   */
  public List<ObjectNode> artifacts(BiConsumer<String, String> refused) {
    return artifacts.refs(folder, refused);
  }

  /**
   * An artifact, as a copy without secrets when it is a document or a log.
   *
   * @throws MnException MALFORMED when the path leads out of the run, NOT_FOUND
   */
  public ServedFile artifact(String relative) {
    return artifacts.shown(folder, relative);
  }

  /** The path of the same file, to be opened by the user of this machine. */
  public Path artifactOnDisk(String relative) {
    return artifacts.find(folder, relative).path();
  }

  /** References to the files that the run's documents name as outputs. */
  public List<ObjectNode> outputs() {
    return outputs.refs(folder);
  }

  /**
   * An output, unchanged: it was made to be handed out.
   *
   * @throws MnException NOT_FOUND, FORBIDDEN {@code output is outside allowed roots}
   */
  public ServedFile output(long index) {
    return outputs.find(folder, index);
  }

  /** A file of the run by a relative path; null unless it lies in the run's folder. */
  public Path inside(String relative) {
    return folder.inside(relative);
  }
}
