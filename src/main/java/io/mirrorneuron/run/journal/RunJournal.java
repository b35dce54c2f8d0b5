package io.mirrorneuron.run.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.storage.OutOfRoom;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The records of all line files of a run in one order, numbered from 1. Files may be rotated, cut
 * short and rewritten by the programs of the run; what is in the journal stays, each record once.
 * It is kept in the run's folder, made and brought up to date by whoever looks, and redacted.
 *
 * <p>A record as it is told is {@code {schema: "mn.blueprint.stream.v1", id, seq, ts, run_id,
 * blueprint_id, channel, type, level, payload}} with {@code id = run:channel:seq:ts:type}; payload
 * is the line of the file. Blocking and thread-safe.
 */
public final class RunJournal {
  private static final long SEGMENT_BYTES = 16 << 20;
  private static final int PAGE_BYTES = 1 << 20;

  private final RunFolder folder;
  private final JournalFiles files;
  private final JournalIntake intake;

  public RunJournal(RunFolder folder) {
    this(folder, SEGMENT_BYTES);
  }

  public RunJournal(RunFolder folder, long segmentBytes) {
    this(folder, folder.path().resolve(RunFolder.HIDDEN), segmentBytes, folder::lockWithHidden);
  }

  private RunJournal(RunFolder folder, Path place, long limit, JournalIntake.Writers others) {
    this.folder = folder;
    this.files = new JournalFiles(place, limit);
    this.intake = new JournalIntake(folder, files, others);
  }

  /**
   * The same for one reader alone, who goes on in a copy: the folder of the run stays as it is.
   *
   * @param place an empty folder of the reader
   */
  public static RunJournal aside(RunFolder folder, Path place) throws IOException {
    JournalCopy.of(folder.path().resolve(RunFolder.HIDDEN), place);
    return new RunJournal(folder, place, SEGMENT_BYTES, () -> null);
  }

  /**
   * Which records are wanted.
   *
   * @param logs which log records; null for all
   */
  public record Filter(Set<RunLog> channels, LogFilter logs) {
    boolean passes(JournalEntry entry) {
      return channels.contains(entry.log())
          && !entry.isBad()
          && (logs == null || entry.log() != RunLog.LOGS || logs.passes(entry));
    }
  }

  /**
   * @param entries in order
   * @param next the number behind which the next page begins
   * @param complete whether this was all there is now
   */
  public record Page(List<JournalEntry> entries, long next, boolean complete) {}

  /** Copies all new records of the files; cheap when there are none. */
  public void catchUp() {
    while (!advance()) {}
  }

  /**
   * Copies a batch of new records, so that readers make progress while programs write faster than
   * can be read.
   *
   * @return whether that was all there was
   */
  public boolean advance() {
    try {
      return intake.advance();
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /** How much was copied into the journal. */
  public enum Taken {
    ALL,
    SOME,
    /** Nothing: there is no room to number what is new. What has a number can be read. */
    NO_ROOM
  }

  /** {@link #advance} for readers, who read on while the disk is full. */
  public Taken takeIn() {
    try {
      return advance() ? Taken.ALL : Taken.SOME;
    } catch (MnException e) {
      if (OutOfRoom.isIn(e)) {
        return Taken.NO_ROOM;
      }
      throw e;
    }
  }

  /** {@link #catchUp} for readers, as far as there is room for it. */
  public void takeInAll() {
    while (takeIn() == Taken.SOME) {}
  }

  /** The number of the first record that is left, above 1 in a long run; 0 when there is none. */
  public long first() {
    long[] first = {0};
    try {
      files.read(
          0,
          entry -> {
            first[0] = entry.seq();
            return false;
          });
      return first[0];
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /** The first records behind a number that pass the filter, one page of them. */
  public Page page(long after, Filter filter, int limit) {
    List<JournalEntry> entries = new ArrayList<>();
    long[] seen = {after, 0};
    boolean[] complete = {true};
    try {
      intake.read(
          after,
          entry -> {
            if (entries.size() == limit || seen[1] > PAGE_BYTES) {
              complete[0] = false;
              return false;
            }
            seen[0] = entry.seq();
            if (filter.passes(entry)) {
              entries.add(entry);
              seen[1] += entry.json().length;
            }
            return true;
          });
    } catch (IOException e) {
      throw damaged(e);
    }
    return new Page(entries, seen[0], complete[0]);
  }

  /**
   * Events that programs of the run wrote themselves, and lines of the event log that are none.
   *
   * @param events as {@link #last} tells them
   * @param last the number of the last of them; 0 when there is none
   * @param next the number to ask with for those that follow
   */
  public record OfPrograms(List<ObjectNode> events, long last, long next) {}

  /**
   * The newest of them behind a number.
   *
   * @param after 0 for all
   * @param bytes of the journal that are looked through for all, about, from its end
   */
  public OfPrograms ofPrograms(long after, int limit, long bytes) {
    long[] next = {after};
    Predicate<JournalEntry> wanted =
        entry -> {
          next[0] = Math.max(next[0], entry.seq());
          return entry.log() == RunLog.EVENTS && entry.job().equals(JournalEntry.NO_JOB);
        };
    Deque<JournalEntry> found = new ArrayDeque<>();
    try {
      if (after == 0) {
        found.addAll(files.last(limit, bytes, wanted));
      } else {
        files.read(
            after,
            entry -> {
              if (wanted.test(entry)) {
                found.add(entry);
              }
              if (found.size() > limit) {
                found.remove();
              }
              return true;
            });
      }
    } catch (IOException e) {
      throw damaged(e);
    }
    return new OfPrograms(
        found.stream().map(JournalEntry::record).toList(),
        found.isEmpty() ? 0 : found.getLast().seq(),
        next[0]);
  }

  /**
   * The last lines that pass, as the files have them (redacted), oldest first.
   *
   * @param wanted decides on the line itself
   */
  public List<ObjectNode> last(int limit, Filter filter, Predicate<ObjectNode> wanted) {
    try {
      return payloads(limit, filter, wanted);
    } catch (NoSuchFileException e) { // a segment went while it was read
      try {
        return payloads(limit, filter, wanted);
      } catch (IOException again) {
        throw damaged(again);
      }
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private List<ObjectNode> payloads(int limit, Filter filter, Predicate<ObjectNode> wanted)
      throws IOException {
    List<ObjectNode> payloads = new ArrayList<>();
    files
        .last(limit, Long.MAX_VALUE, entry -> filter.passes(entry) && wanted.test(entry.record()))
        .forEach(entry -> payloads.add(entry.record()));
    return payloads;
  }

  private MnException damaged(IOException cause) {
    return new MnException(
        ErrorCode.INTERNAL,
        "run_store_unavailable",
        "the records of run %s cannot be read: %s".formatted(folder.runId(), cause.getMessage()),
        null,
        cause);
  }
}
