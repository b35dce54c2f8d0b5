package io.mirrorneuron.run.journal;

import io.mirrorneuron.run.folder.EventId;
import io.mirrorneuron.run.folder.EventSummary;
import io.mirrorneuron.run.folder.FileState;
import io.mirrorneuron.run.folder.LineReader;
import io.mirrorneuron.run.folder.LogFiles;
import io.mirrorneuron.run.folder.LogPosition;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.folder.RunRecord;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads new lines of one log's files. A file is known by its identity on disk: a rotated file is
 * read to its end under its new name; a file that was truncated, rewritten or replaced is read
 * again, and only lines that the journal does not have are new. Confined to its journal.
 */
final class LogTail {
  private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);

  private final RunFolder folder;
  private final RunLog log;

  /** The states of the files when they were last read to their end. */
  private final Map<Path, FileState> seen = new HashMap<>();

  /** Whether to read on even if no file has changed. */
  private boolean again = true;

  /** The journal's lines of the log by hash, during a second read of a file; else null. */
  private Map<Long, Integer> journalled;

  private final TakenEvents events;

  LogTail(RunFolder folder, RunLog log) {
    this.folder = folder;
    this.log = log;
    this.events = new TakenEvents(log);
  }

  /**
   * Whether a file has changed since it was last read to its end; a program with an open file goes
   * on writing to it after its rotation.
   */
  boolean hasNews() {
    return again || isNew(folder.files(log).live()) || seen.keySet().stream().anyMatch(this::isNew);
  }

  private boolean isNew(Path file) {
    return !FileState.at(file).equals(seen.getOrDefault(file, FileState.NOTHING));
  }

  /** Whether the last read did not reach the end of all files. */
  boolean hasMore() {
    return again;
  }

  /** Rereads all files: their last lines may not be in the journal. */
  void forget() {
    seen.clear();
    events.forget();
    again = true;
  }

  /** New records, {@code limit} at most. */
  List<LogLine> read(SourcePositions sources, JournalFiles journal, int limit) throws IOException {
    events.begin();
    return hasNews() ? events.settled(readFiles(sources, journal, limit)) : List.of();
  }

  private List<LogLine> readFiles(SourcePositions sources, JournalFiles journal, int limit)
      throws IOException {
    List<LogLine> lines = new ArrayList<>();
    again = true;
    LogFiles files = folder.files(log);
    List<Path> all = files.all();
    for (Path file : all) {
      FileState look = FileState.at(file);
      try {
        int first = lines.size();
        boolean whole = isRead(file, look) || readFile(file, sources, journal, limit, lines);
        date(lines.subList(first, lines.size()), look);
        if (!whole) {
          return lines;
        }
      } catch (RefusedFile e) {
        LOG.debug("{}: nothing is read from it", e.getMessage()); // until replaced
      } catch (NoSuchFileException e) {
        return lines; // rotated during the read
      }
      seen.put(file, look);
    }
    seen.keySet().retainAll(all);
    again = !files.all().equals(all);
    return lines;
  }

  /** Packed files never change. */
  private boolean isRead(Path file, FileState look) {
    return seen.containsKey(file) && (isPacked(file) || look.equals(seen.get(file)));
  }

  /** Returns whether it reached the end of the file. */
  private boolean readFile(
      Path file, SourcePositions sources, JournalFiles journal, int limit, List<LogLine> lines)
      throws IOException {
    String key = key(file);
    LogPosition from = isUnknown(file, key, sources) ? null : sources.position(log, key);
    try (LineReader reader = reader(file, from)) {
      if ((from == null || reader.end() != from.end()) && journalled == null) {
        journalled = hashes(journal);
      }
      for (byte[] text = reader.next(); text != null; text = reader.next()) {
        long hash = LogPosition.hash(text);
        RunRecord record = isJournalled(hash) ? null : record(text);
        if (record != null && !events.isTaken(record, sources, journal)) {
          lines.add(new LogLine(record.time(), log, key, reader.end(), hash, record));
        } else if (lines.isEmpty()) {
          sources.passed(log, key, new LogPosition(reader.end(), hash));
        }
        if (lines.size() >= limit) {
          return false;
        }
      }
      journalled = null;
      return true;
    }
  }

  /**
   * Dates lines without a time: with that of the line before; before all others, with the
   * modification time of the file, unless the next line is older.
   */
  private static void date(List<LogLine> lines, FileState look) {
    Instant before =
        lines.stream().map(LogLine::time).filter(Objects::nonNull).findFirst().orElse(null);
    Instant arrived = look.modified() == null ? before : look.modified().toInstant();
    before = before == null || arrived.isBefore(before) ? arrived : before;
    for (ListIterator<LogLine> each = lines.listIterator(); each.hasNext(); ) {
      LogLine line = each.next();
      if (line.time() == null) {
        each.set(line.dated(before == null ? Instant.EPOCH : before));
      } else {
        before = line.time();
      }
    }
  }

  /** Null for a blank line, or one that is no record in a log other than events. */
  private RunRecord record(byte[] line) {
    RunRecord record = RunRecord.parse(line);
    boolean bad = record == null && log == RunLog.EVENTS;
    return bad && !new String(line, StandardCharsets.UTF_8).isBlank() ? LogLine.bad(line) : record;
  }

  /**
   * @param from null to read from the beginning
   */
  private static LineReader reader(Path file, LogPosition from) throws IOException {
    if (from == null) {
      return LineReader.open(file, 0);
    }
    return isPacked(file) ? LineReader.open(file, from.end()) : LineReader.after(file, from);
  }

  /** Whether the journal may have lines of this file that were read under another identity. */
  private boolean isUnknown(Path file, String key, SourcePositions sources) throws IOException {
    if (isPacked(file)) {
      return !sources.knows(log, key);
    }
    String last = sources.lastFile(log);
    return last != null
        && !last.equals(key)
        && file.getFileName().toString().equals(log.file())
        && !isThere(last, sources.position(log, last));
  }

  /**
   * File identities are reused by the system; the last line read shows whether it is the same file.
   */
  private boolean isThere(String key, LogPosition position) throws IOException {
    for (Path file : folder.files(log).all()) {
      if (key(file).equals(key) && (isPacked(file) || position.isIn(file))) {
        return true;
      }
    }
    return false;
  }

  private Map<Long, Integer> hashes(JournalFiles journal) throws IOException {
    Map<Long, Integer> hashes = new HashMap<>();
    journal.read(
        0,
        entry -> {
          if (entry.log() == log) {
            hashes.merge(entry.hash(), 1, Integer::sum);
          }
          return true;
        });
    return hashes;
  }

  private boolean isJournalled(long hash) {
    return journalled != null
        && journalled.computeIfPresent(hash, (line, times) -> times - 1) instanceof Integer left
        && left >= 0;
  }

  private static boolean isPacked(Path file) {
    return file.toString().endsWith(".gz");
  }

  /** Identity of a file; of a compressed file its name, as it is written once and read once. */
  private static String key(Path file) throws IOException {
    Object key =
        isPacked(file)
            ? null
            : Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    String name = key == null ? file.getFileName().toString() : key.toString();
    return name.replaceAll("[^A-Za-z0-9=,._-]", "");
  }

  /**
   * Takes each event of a job from a log once. In the event log this includes copies that clients
   * write beside the runtime's lines ({@link EventSummary}): the runtime's line is taken when both
   * are read together, else the earlier one. Confined to its journal.
   */
  private static final class TakenEvents {
    private final RunLog log;

    /** Events of records that were read and are not journalled yet. */
    private final Set<EventId> underWay = new HashSet<>();

    /** The journal's events, in either form; null until there is a copy. */
    private Set<EventSummary> reported;

    TakenEvents(RunLog log) {
      this.log = log;
    }

    /** The journal may have changed. */
    void forget() {
      reported = null;
    }

    /** Starts a new batch of records. */
    void begin() {
      underWay.clear();
    }

    /** Whether the journal, or this batch, has the record's event in the same form. */
    boolean isTaken(RunRecord record, SourcePositions sources, JournalFiles journal)
        throws IOException {
      EventId event = record.eventId();
      if (event != null && sources.has(log, event.job(), event.seq())) {
        return true;
      }
      boolean mayBeCopied =
          log == RunLog.EVENTS
              && (event == null
                  ? EventSummary.isCopy(record)
                  : reported != null || sources.hasCopies(log, event.job()));
      if (mayBeCopied) {
        reported = reported == null ? read(journal) : reported;
        if (reported.contains(EventSummary.of(record))) {
          return true;
        }
      }
      return event != null && !underWay.add(event);
    }

    private Set<EventSummary> read(JournalFiles journal) throws IOException {
      Set<EventSummary> found = new HashSet<>();
      journal.read(
          0,
          entry -> {
            if (entry.log() == log && !entry.job().equals(JournalEntry.NO_JOB)) {
              found.add(EventSummary.of(new RunRecord(entry.record())));
            }
            return true;
          });
      return found;
    }

    /** Removes copies of events that the batch also has. */
    List<LogLine> settled(List<LogLine> batch) {
      if (batch.stream().noneMatch(LogLine::isCopy)) {
        note(batch);
        return batch;
      }
      Set<EventSummary> events = new HashSet<>();
      batch.stream()
          .filter(line -> line.record().eventId() != null)
          .forEach(line -> events.add(EventSummary.of(line.record())));
      List<LogLine> left = new ArrayList<>(batch);
      left.removeIf(line -> line.isCopy() && !events.add(EventSummary.of(line.record())));
      note(left);
      return left;
    }

    private void note(List<LogLine> taken) {
      if (reported != null) {
        taken.stream()
            .map(line -> EventSummary.of(line.record()))
            .filter(Objects::nonNull)
            .forEach(reported::add);
      }
    }
  }
}
