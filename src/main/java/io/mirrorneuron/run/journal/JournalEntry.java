package io.mirrorneuron.run.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One line of a journal: the source of a record, then the record as clients get it.
 *
 * <pre>seq channel level file end hash job job_seq {"schema":…}</pre>
 *
 * @param seq its number in the journal, from 1
 * @param level of a log record, as {@link LogLevel} orders them; {@link #BAD} of an event that is
 *     no JSON object; else 0
 * @param file the file the record was read from, by its identity on disk
 * @param end where it ended there
 * @param hash of its line there
 * @param job the job whose event it is, or {@code -}; with {@code ~} before it for a client's copy
 * @param jobSeq the number of that event
 * @param json the envelope, UTF-8
 */
public record JournalEntry(
    long seq,
    RunLog log,
    int level,
    String file,
    long end,
    long hash,
    String job,
    long jobSeq,
    byte[] json) {

  static final String NO_JOB = "-";

  /** Level of a line that is no record; shown only among the events of the job. */
  static final int BAD = 9;

  /** The job field of an event that a client has copied into the log. */
  static String copied(String job) {
    return "~" + job;
  }

  boolean isBad() {
    return log == RunLog.EVENTS && level == BAD;
  }

  /** The record as in its file, redacted. */
  public ObjectNode record() {
    String envelope = new String(json, StandardCharsets.UTF_8);
    return (ObjectNode) Json.parseObject(envelope, "journal").get("payload");
  }

  byte[] line() {
    byte[] head =
        "%d %s %d %s %d %x %s %d "
            .formatted(seq, log.channel(), level, file, end, hash, job, jobSeq)
            .getBytes(StandardCharsets.UTF_8);
    byte[] line = Arrays.copyOf(head, head.length + json.length + 1);
    System.arraycopy(json, 0, line, head.length, json.length);
    line[line.length - 1] = '\n';
    return line;
  }

  /** Null for a torn line, or a segment's {@link SourcePositions#account account}. */
  static JournalEntry parse(byte[] line) {
    int json = 0;
    while (json < line.length && line[json] != '{') {
      json++;
    }
    String[] head = new String(line, 0, json, StandardCharsets.UTF_8).split(" ");
    if (head.length != 8 || line[line.length - 1] != '}') {
      return null;
    }
    try {
      return new JournalEntry(
          Long.parseLong(head[0]),
          RunLog.of(head[1]).orElseThrow(),
          Integer.parseInt(head[2]),
          head[3],
          Long.parseLong(head[4]),
          Long.parseUnsignedLong(head[5], 16),
          head[6],
          Long.parseLong(head[7]),
          Arrays.copyOfRange(line, json, line.length));
    } catch (RuntimeException e) {
      return null;
    }
  }
}
