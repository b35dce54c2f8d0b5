package io.mirrorneuron.run.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.run.folder.EventId;
import io.mirrorneuron.run.folder.EventSummary;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A record of a log that a journal takes in, with its position.
 *
 * @param end where its line ends in the file
 */
record LogLine(Instant time, RunLog log, String file, long end, long hash, RunRecord record) {
  private static final int LONGEST_WORD = 128;
  private static final int LONGEST_BAD = 2000;
  private static final String UNPARSEABLE = "unparseable_event";

  /** An event that reports a line of the event log that is no JSON object. */
  static RunRecord bad(byte[] line) {
    String text = new String(line, StandardCharsets.UTF_8);
    ObjectNode event = Json.object().put("type", UNPARSEABLE);
    String shown = text.substring(0, Math.min(LONGEST_BAD, text.length()));
    event.putObject("payload").put("line", shown);
    return new RunRecord(event);
  }

  /** The line with this time, for a record without one. */
  LogLine dated(Instant moment) {
    ObjectNode json = Json.object().setAll(record.json());
    json.put("ts", Json.timestamp(moment));
    return new LogLine(moment, log, file, end, hash, new RunRecord(json));
  }

  /** The number of the job event that it is a copy of; else 0. */
  long inJob() {
    EventId event = record.eventId();
    return event == null ? 0 : event.seq();
  }

  /** Whether a client has appended this job event to the log. */
  boolean isCopy() {
    return log == RunLog.EVENTS && EventSummary.isCopy(record);
  }

  /** The log that orders it among records of the same time. */
  RunLog rank() {
    return log == RunLog.HUMAN && inJob() > 0 ? RunLog.EVENTS : log;
  }

  private boolean isBad() {
    return log == RunLog.EVENTS && record.type().equals(UNPARSEABLE);
  }

  JournalEntry entry(long seq, String runId) {
    ObjectNode json = record.json();
    String ts = word(Records.timeText(json));
    String type =
        switch (log) {
          case LOGS -> "log";
          case RESOURCES -> "resource_sample";
          case ERRORS -> word(record.typeOr("error"));
          default -> word(record.typeOr("log"));
        };
    JsonNode level = json.has("level") ? json.get("level") : json.get("severity");
    ObjectNode reported = Json.object().put("schema", "mn.blueprint.stream.v1");
    reported.put("id", "%s:%s:%d:%s:%s".formatted(runId, log.channel(), seq, ts, type));
    reported.put("seq", seq).put("ts", ts).put("run_id", runId);
    reported.set("blueprint_id", json.get("blueprint_id"));
    reported.put("channel", log.channel()).put("type", type);
    reported.put("level", level != null && level.isTextual() ? level.textValue() : null);
    reported.set("payload", Redaction.of(json));
    EventId event = record.eventId();
    EventSummary copied = isCopy() ? EventSummary.of(record) : null;
    return new JournalEntry(
        seq,
        log,
        log == RunLog.LOGS ? level(level).ordinal() : isBad() ? JournalEntry.BAD : 0,
        file,
        end,
        hash,
        copied != null
            ? JournalEntry.copied(copied.id().job())
            : event == null ? JournalEntry.NO_JOB : event.job(),
        copied != null ? copied.id().seq() : event == null ? 0 : event.seq(),
        Json.write(reported).getBytes(StandardCharsets.UTF_8));
  }

  private static LogLevel level(JsonNode level) {
    return level == null ? LogLevel.INFO : LogLevel.of(level.asText()).orElse(LogLevel.INFO);
  }

  /** Makes a text fit for an id on one line. */
  private static String word(String text) {
    String plain = text.replaceAll("[\\p{Cntrl}]", " ");
    return plain.substring(0, Math.min(LONGEST_WORD, plain.length()));
  }
}
