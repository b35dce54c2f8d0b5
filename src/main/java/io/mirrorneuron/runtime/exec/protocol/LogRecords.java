package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog.PrintedLine;
import io.mirrorneuron.runtime.exec.protocol.ProgramLog.PrintedLine.Stream;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Converts printed lines of one program to records of {@code logs.jsonl}, with secrets hidden. */
public final class LogRecords {
  /** Longest text of a record. */
  static final int LINE_BYTES = 8 << 10;

  /** Member names that logging libraries use for the message and the level. */
  private static final List<String> MESSAGE = List.of("message", "msg");

  private static final List<String> LEVEL = List.of("level", "severity", "levelname");

  /** Level names of other systems. */
  private static final Map<String, LogLevel> WORDS =
      Map.of(
          "FATAL", LogLevel.CRITICAL,
          "PANIC", LogLevel.CRITICAL,
          "ERR", LogLevel.ERROR,
          "NOTICE", LogLevel.INFO);

  static final String STREAM = "stream";
  static final String DROPPED = "dropped";

  public record LogRecord(ObjectNode json) {}

  private final Execution execution;
  private final StoredText form;

  /**
   * @param form hides the secrets of the program
   */
  LogRecords(Execution execution, StoredText form) {
    this.execution = execution;
    this.form = form;
  }

  LogRecord of(PrintedLine line) {
    String text = text(line);
    ObjectNode record = head(line.at(), line.stream());
    if (!(text.startsWith("{") && readJson(text, record))) {
      record.put("level", level(line.stream()).name()).put("message", text);
    }
    if (line.length() > LINE_BYTES) {
      record.put("truncated", true).put("bytes", line.length());
    }
    return new LogRecord(Redaction.of(record));
  }

  /** A warning of the runner about the output. */
  LogRecord ofWarning(Instant at, String message) {
    return new LogRecord(
        head(at, Stream.STDOUT).put("level", LogLevel.WARNING.name()).put("message", message));
  }

  /**
   * A record that counts dropped lines.
   *
   * @param why the limit that was reached
   */
  LogRecord ofDropped(Instant at, Stream stream, long lines, long bytes, String why) {
    return dropped(new LogRecord(head(at, stream)), lines, bytes, why);
  }

  /**
   * A record that counts dropped lines.
   *
   * @param head identifies program and stream
   */
  static LogRecord dropped(LogRecord head, long lines, long bytes, String why) {
    var record = head.json().deepCopy().put("level", LogLevel.WARNING.name());
    String many =
        lines == 1 ? "1 line of %s (%,d bytes) was" : lines + " lines of %s (%,d bytes) were";
    String stream = record.get(STREAM).textValue();
    record.put("message", many.formatted(stream, bytes) + " left out: " + why);
    record.putObject(DROPPED).put("lines", lines).put("bytes", bytes);
    return new LogRecord(record);
  }

  private ObjectNode head(Instant at, Stream stream) {
    ObjectNode record = Json.object().put("ts", Json.timestamp(at));
    record.put("run_id", execution.runId()).put("job_id", execution.jobId());
    record.put("component", "executor:" + execution.agentId());
    JsonNode step = execution.workflow().get("step_id");
    if (step != null) {
      record.set("step_id", step);
    }
    record.put("agent_id", execution.agentId()).put("attempt", execution.attempt());
    return record.put("execution_id", execution.executionId()).put(STREAM, stream.word());
  }

  /** Hides secrets and shortens to the length of a record, not within a character. */
  private String text(PrintedLine line) {
    String whole = form.hidden(new String(line.bytes(), StandardCharsets.UTF_8));
    if (whole.length() <= LINE_BYTES / 3) {
      return whole;
    }
    byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
    int end = Math.min(LINE_BYTES, bytes.length);
    while (end > 0 && end < bytes.length && (bytes[end] & 0xc0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /**
   * Returns false, and changes nothing, when the text is not a JSON record of a logging library.
   */
  private static boolean readJson(String text, ObjectNode into) {
    ObjectNode json;
    try {
      json = Json.parse(text) instanceof ObjectNode object ? object : null;
    } catch (JsonProcessingException e) {
      json = null;
    }
    String message = json == null ? null : take(json, MESSAGE);
    if (message == null) {
      return false;
    }
    Optional<LogLevel> level = Optional.ofNullable(take(json, LEVEL)).flatMap(LogRecords::level);
    into.put("level", level.orElse(LogLevel.INFO).name()).put("message", message);
    if (!json.isEmpty()) {
      into.set("fields", json);
    }
    return true;
  }

  /** Removes and returns the first of the members that is a text; null when there is none. */
  private static String take(ObjectNode json, List<String> members) {
    for (String member : members) {
      if (json.get(member) instanceof JsonNode value && value.isTextual()) {
        json.remove(member);
        return value.textValue();
      }
    }
    return null;
  }

  private static Optional<LogLevel> level(String word) {
    return LogLevel.of(word)
        .or(() -> Optional.ofNullable(WORDS.get(word.toUpperCase(Locale.ROOT))));
  }

  /** Level of a line without one: many programs print progress on stderr. */
  private static LogLevel level(Stream stream) {
    return stream == Stream.STDERR ? LogLevel.WARNING : LogLevel.INFO;
  }
}
