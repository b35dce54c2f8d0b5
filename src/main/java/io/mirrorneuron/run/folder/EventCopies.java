package io.mirrorneuron.run.folder;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lines of the event log that are clients' copies of the runtime's lines ({@link EventSummary}),
 * set aside during a read.
 */
public final class EventCopies {
  private final Map<EventSummary, byte[]> aside = new LinkedHashMap<>();

  /** Keeps the line and returns true if it is a copy. Most lines are not, and are not parsed. */
  boolean setAside(byte[] line) {
    if (!mayBeCopy(new String(line, StandardCharsets.ISO_8859_1))) {
      return false;
    }
    RunRecord record = RunRecord.parse(line);
    if (record == null || !EventSummary.isCopy(record)) {
      return false;
    }
    aside.putIfAbsent(EventSummary.of(record), line);
    return true;
  }

  boolean isEmpty() {
    return aside.isEmpty();
  }

  /** Forgets the copy of this runtime line. */
  void dropCopyOf(byte[] line) {
    RunRecord record = RunRecord.parse(line);
    if (record != null && record.eventId() != null) {
      aside.remove(EventSummary.of(record));
    }
  }

  /** The copies without a runtime line, each once. */
  Collection<byte[]> rest() {
    return aside.values();
  }

  /** Removes copies of lines that are also in the list; keeps the order. */
  public static List<String> dropped(List<String> lines) {
    Set<EventSummary> ours = new HashSet<>();
    for (String line : lines) {
      RunRecord record = line.contains("\"event_id\"") ? RunRecord.parse(line) : null;
      if (record != null && record.eventId() != null) {
        ours.add(EventSummary.of(record));
      }
    }
    List<String> left = new ArrayList<>();
    for (String line : lines) {
      RunRecord record = mayBeCopy(line) ? RunRecord.parse(line) : null;
      if (record == null || !EventSummary.isCopy(record) || ours.add(EventSummary.of(record))) {
        left.add(line);
      }
    }
    return left;
  }

  private static boolean mayBeCopy(String line) {
    return !line.contains("\"event_id\"")
        && line.contains("\"timestamp\"")
        && line.contains("\"seq\"")
        && line.contains("\"job_id\"");
  }
}
