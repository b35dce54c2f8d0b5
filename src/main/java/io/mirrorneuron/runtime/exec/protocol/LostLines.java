package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
import io.mirrorneuron.wire.LenientJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts log records that were accepted but could not be written, by program and stream, until the
 * loss is reported. A lost record about dropped lines counts as these lines. Not thread-safe.
 */
public final class LostLines {
  /** Reason when the log of the run cannot be written. */
  public static final String BY_DISK = "the disk did not take them";

  /** Members of a record that do not identify its source. */
  private static final Set<String> CONTENT =
      Set.of("message", "fields", "truncated", "bytes", LogRecords.DROPPED);

  private final Map<String, Sum> sums = new LinkedHashMap<>();

  /** The members read from a record. */
  private record Line(
      String executionId, String stream, String message, long bytes, Dropped dropped) {
    Dropped lost() {
      return dropped == null
          ? new Dropped(1, Math.max(bytes, message == null ? 0 : message.length()))
          : dropped;
    }
  }

  private record Dropped(long lines, long bytes) {
    Dropped and(Dropped more) {
      return new Dropped(lines + more.lines, bytes + more.bytes);
    }
  }

  private record Sum(LogRecord last, Dropped lost) {
    Sum and(Sum more) {
      return new Sum(more.last, lost.and(more.lost));
    }

    LogRecord reported(String why) {
      var head = last.json().deepCopy();
      head.remove(CONTENT);
      return LogRecords.dropped(new LogRecord(head), lost.lines, lost.bytes, why);
    }
  }

  public void add(List<LogRecord> lost) {
    for (LogRecord one : lost) {
      Line line = LenientJson.read(one.json(), Line.class);
      sums.merge(line.executionId + " " + line.stream, new Sum(one, line.lost()), Sum::and);
    }
  }

  public boolean isEmpty() {
    return sums.isEmpty();
  }

  /**
   * A record for each stream with losses.
   *
   * @param why reason of the loss, for people
   */
  public List<LogRecord> reported(String why) {
    return sums.values().stream().map(sum -> sum.reported(why)).toList();
  }

  /** To be called when all losses are reported. */
  public void clear() {
    sums.clear();
  }
}
