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
 * A run as it may be shown to clients: secrets in its documents and records are hidden; the few
 * files that a run is made for are given as they are, by a method that says so. Areas get runs in
 * this form only, so that nothing can be shown by mistake. Reads files with each call; blocking and
 * thread-safe.
 */
public final class ShownRun {
  /** Results are what a run is made for, pages are made to be looked at. */
  private static final Set<String> MADE_FOR_CLIENTS =
      Set.of("result.json", "final_artifact.json", "ui.json", "web_ui.json");

  private final RunStore store;
  private final RunFolder folder;
  private final Artifacts artifacts;
  private final Outputs outputs;

  ShownRun(RunStore store, RunFolder folder, Artifacts artifacts, Outputs outputs) {
    this.store = store;
    this.folder = folder;
    this.artifacts = artifacts;
    this.outputs = outputs;
  }

  public String runId() {
    return folder.runId();
  }

  /** The folder, for answers that tell where a run is; what lies in it is not shown as it is. */
  public Path path() {
    return folder.path();
  }

  /** Whether nothing is written any more. */
  public boolean isOver() {
    return folder.isOver();
  }

  /** Its job, as the runtime has recorded it; empty when it has not. */
  public String jobId() {
    return RunHeader.ofJob(folder).jobId();
  }

  /** When it ended, as its documents say; empty when they do not. */
  public String endedAt() {
    return RunHeader.ofRun(folder).or(RunHeader.ofJob(folder)).endedAt();
  }

  // ------------------------------------------------------------------ documents

  /** Whether the run has a file of this name. */
  public boolean has(String name) {
    return Files.exists(folder.path().resolve(name));
  }

  /** The length of a file in bytes; 0 when there is none. */
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

  /** The same for those who can do without: empty also when it is damaged. */
  public Optional<ObjectNode> peek(String name) {
    return folder.peek(name).map(Redaction::of);
  }

  /**
   * A document that programs make for clients, as it is.
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
   * What the job of the run ended with, as the recorder will write it: without secrets.
   *
   * @param results what the runtime says came out of a job
   */
  public Optional<ObjectNode> jobResult(Function<String, Optional<JsonNode>> results) {
    return results
        .apply(jobId())
        .filter(JsonNode::isObject)
        .map(result -> Redaction.of((ObjectNode) result));
  }

  /** What the run was like in one document: the stored one, or a computed one. */
  public ObjectNode summary() {
    return Redaction.of(ObservabilitySummary.storedOrComputed(folder));
  }

  // ------------------------------------------------------------------ records

  /** Its records, numbered; they have no secrets. */
  public RunJournal journal() {
    return store.journal(folder);
  }

  /**
   * Records behind a number.
   *
   * @param entries in order
   * @param next the number behind which the following ones are
   * @param more whether more is there than was looked at, or had room
   * @param ended whether the run is over, and these were its last
   */
  public record News(List<JournalEntry> entries, long next, boolean more, boolean ended) {}

  /** What was recorded behind a number until now, so many of it at most. */
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
        .map(ShownRun::event)
        .forEach(events::add);
    return events;
  }

  private static JsonNode event(String line) {
    try {
      if (Json.parse(line) instanceof ObjectNode event) {
        return Redaction.of(event);
      }
    } catch (JsonProcessingException e) {
      // shown as what it is
    }
    ObjectNode event = Json.object().put("type", "unparseable_event");
    event.putObject("payload").put("line", line);
    return event;
  }

  /** What its programs used, by time. */
  public ObjectNode resources(ResourceSummary.Window window, Instant now) {
    return ResourceSummary.of(folder, window, now);
  }

  /** A number that changes whenever {@link #resources} may have changed. */
  public long resourcesVersion(boolean over) {
    return ResourceSummary.version(folder, over);
  }

  // ------------------------------------------------------------------ files

  /**
   * References to the files of the run that clients may have.
   *
   * @param refused is told the relative path of each that is refused, and why
   */
  public List<ObjectNode> artifacts(BiConsumer<String, String> refused) {
    return artifacts.refs(folder, refused);
  }

  /**
   * One of them, in a copy without secrets when it is a document or a log.
   *
   * @throws MnException MALFORMED when it leads out of the run, NOT_FOUND
   */
  public ServedFile artifact(String relative) {
    return artifacts.shown(folder, relative);
  }

  /** The path of the same file, to be opened by the user of this machine. */
  public Path artifactOnDisk(String relative) {
    return artifacts.find(folder, relative).path();
  }

  /** References to the files that its documents name as its outputs. */
  public List<ObjectNode> outputs() {
    return outputs.refs(folder);
  }

  /**
   * One of them, as it is: it was made to be handed out.
   *
   * @throws MnException NOT_FOUND, FORBIDDEN {@code output is outside allowed roots}
   */
  public ServedFile output(long index) {
    return outputs.find(folder, index);
  }

  /** A file of the run by a relative path; null unless it lies in its folder. */
  public Path inside(String relative) {
    return folder.inside(relative);
  }
}
