package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RedactedRun;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.run.journal.JournalEntry;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** A run as its documents and records tell it. The journal is read once, a page at a time. */
public final class RunStory {
  private static final int PAGE = 1000;
  private static final Set<RunLog> ALL = EnumSet.allOf(RunLog.class);

  final StoryDocuments documents;
  final RunJournal journal;
  final ObjectNode summary;
  final StepTimes steps = new StepTimes();
  private final Map<RunLog, Long> counts = new EnumMap<>(RunLog.class);

  private RunStory(RedactedRun run) {
    this.documents = new StoryDocuments(run);
    this.journal = run.journal();
    this.summary = run.summary();
  }

  public static RunStory of(RedactedRun run) {
    RunStory story = new RunStory(run);
    RunJournal journal = story.journal;
    journal.takeInAll();
    RunJournal.Filter all = new RunJournal.Filter(ALL, null);
    RunJournal.Page page = journal.page(0, all, PAGE);
    story.read(page);
    while (!page.complete()) {
      page = journal.page(page.next(), all, PAGE);
      story.read(page);
    }
    return story;
  }

  private void read(RunJournal.Page page) {
    for (JournalEntry entry : page.entries()) {
      counts.merge(entry.log(), 1L, Long::sum);
      if (entry.log() == RunLog.EVENTS) {
        steps.add(new RunRecord(entry.record()));
      }
    }
  }

  String runId() {
    return documents.run().runId();
  }

  long count(RunLog log) {
    return counts.getOrDefault(log, 0L);
  }

  /** The last lines of a log, as its file has them, oldest first. */
  ArrayNode last(RunLog log, int limit) {
    ArrayNode list = Json.MAPPER.createArrayNode();
    journal
        .last(limit, new RunJournal.Filter(EnumSet.of(log), null), record -> true)
        .forEach(list::add);
    return list;
  }

  /** Of the documents the first that has it; empty when none does. */
  String text(String member) {
    for (JsonNode document :
        new JsonNode[] {documents.get("run.json"), documents.get("job.json"), summary}) {
      if (document.hasNonNull(member)) {
        return document.get(member).asText();
      }
    }
    return "";
  }

  /** Null while it is not over. */
  Long durationMs() {
    if (summary.path("duration_ms").isNumber()) {
      return summary.get("duration_ms").asLong();
    }
    Instant start = time("started_at");
    Instant end = time("ended_at");
    return start == null || end == null ? null : (Long) Duration.between(start, end).toMillis();
  }

  private Instant time(String member) {
    return Records.time(text(member));
  }
}
