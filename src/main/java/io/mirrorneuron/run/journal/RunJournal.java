package io.mirrorneuron.run.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.FolderLock;
import io.mirrorneuron.run.folder.LineReader;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.storage.OutOfRoom;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The records of all line files of a run in one order, numbered from 1 and redacted. Programs may
 * rotate, truncate and rewrite the files; the journal keeps each record once. It is stored in the
 * run's folder and brought up to date by readers.
 *
 * <p>Clients get a record as {@code {schema: "mn.blueprint.stream.v1", id, seq, ts, run_id,
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
   * A journal for one reader that continues a copy: the folder of the run is not changed.
   *
   * @param place an empty folder of the reader
   */
  public static RunJournal aside(RunFolder folder, Path place) throws IOException {
    JournalCopy.of(folder.path().resolve(RunFolder.HIDDEN), place);
    return new RunJournal(folder, place, SEGMENT_BYTES, () -> null);
  }

  /**
   * A filter for records.
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
   * @param complete whether there are no further records now
   */
  public record Page(List<JournalEntry> entries, long next, boolean complete) {}

  /** Copies all new records of the files; cheap when there are none. */
  public void catchUp() {
    while (!advance()) {}
  }

  /**
   * Copies a batch of new records, so that readers make progress even when programs write faster
   * than can be read.
   *
   * @return whether no new records are left
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
    /** Nothing: the disk has no room to number new records. Numbered records can be read. */
    NO_ROOM
  }

  /** {@link #advance} for readers, who can read on while the disk is full. */
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

  /** {@link #catchUp} for readers, as far as the disk has room. */
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

  /** The first page of records behind a number that pass the filter. */
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
   * Events that programs of the run wrote themselves, and invalid lines of the event log.
   *
   * @param events in the form of {@link #last}
   * @param last the number of the last of them; 0 when there is none
   * @param next the number to continue from
   */
  public record OfPrograms(List<ObjectNode> events, long last, long next) {}

  /**
   * The newest of them behind a number.
   *
   * @param after 0 for all
   * @param bytes for {@code after} 0: about how many bytes are read from the journal's end
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
   * The last lines that pass, as in the files (redacted), oldest first.
   *
   * @param wanted tests the line itself
   */
  public List<ObjectNode> last(int limit, Filter filter, Predicate<ObjectNode> wanted) {
    try {
      return payloads(limit, filter, wanted);
    } catch (NoSuchFileException e) { // a segment was deleted during the read
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

  /**
   * Copies a journal for a reader that may not write beside it: records have the same numbers and
   * times in both, and the copy advances with its reader.
   */
  private static final class JournalCopy {
    private JournalCopy() {}

    /**
     * @param from the folder of a run; it may have no journal
     * @param to an empty folder
     */
    static void of(Path from, Path to) throws IOException {
      for (Path segment : new JournalFiles(from, 0).segments()) {
        try (OpenFile source = UntrustedFiles.open(segment);
            FileChannel copy = UntrustedFiles.extend(to.resolve(segment.getFileName()))) {
          long size = source.channel().size(); // later records are read from the logs
          long at = 0;
          long some = size;
          while (at < size && some > 0) { // the segment may have been truncated
            some = source.channel().transferTo(at, size - at, copy);
            at += some;
          }
        } catch (NoSuchFileException e) {
          // deleted since the listing, or no segment
        }
      }
    }
  }

  /**
   * Copies new records of a run's line files into its journal, each once. Thread-safe, also across
   * processes: what another process copied is read back from the journal.
   */
  static final class JournalIntake {
    /** Lines of each log in one batch; bounds the memory for a long history. */
    private static final int BATCH = 2000;

    private final RunFolder folder;
    private final JournalFiles files;
    private final Writers others;
    private final Map<RunLog, LogTail> tails = new EnumMap<>(RunLog.class);

    /** Fair, so that a caller gets its turn between the batches of another. */
    private final ReentrantLock lock = new ReentrantLock(true);

    // Guarded by the lock.
    private SourcePositions sources;
    private JournalFiles.Mark mark;

    /** The entries taken in last; null when unknown. */
    private volatile NewestEntries newest;

    /** Other writers of the same journal. */
    @FunctionalInterface
    interface Writers {
      /** Keeps them out until closed; null when there are none. */
      FolderLock keepOut() throws IOException;
    }

    JournalIntake(RunFolder folder, JournalFiles files, Writers others) {
      this.folder = folder;
      this.files = files;
      this.others = others;
      for (RunLog log : RunLog.values()) {
        tails.put(log, new LogTail(folder, log));
      }
    }

    /**
     * Takes in a batch of each log.
     *
     * @return whether no new records are left
     */
    boolean advance() throws IOException {
      boolean whole = false;
      lock.lock();
      try {
        if (sources != null && tails.values().stream().noneMatch(LogTail::hasNews)) {
          whole = true;
          return true;
        }
        try (var _ = others.keepOut()) {
          if (sources == null || !Objects.equals(mark, files.mark())) {
            load();
          }
          List<JournalEntry> batch = read();
          if (!batch.isEmpty()) {
            mark = files.append(batch, sources.account());
            batch.forEach(sources::took);
            newest = newest.with(batch);
          }
          whole = true;
          return tails.values().stream().noneMatch(LogTail::hasMore);
        }
      } finally {
        if (!whole) {
          newest = null;
          sources = null; // read again from the journal
        }
        lock.unlock();
      }
    }

    /**
     * Passes on the entries behind a number, in order, until the reader returns false. The newest
     * entries, which followers ask for, come from memory.
     */
    void read(long after, Predicate<JournalEntry> reader) throws IOException {
      NewestEntries known = newest;
      List<JournalEntry> entries = known == null ? null : known.after(after);
      if (entries == null) {
        files.read(after, reader);
        return;
      }
      for (JournalEntry entry : entries) {
        if (!reader.test(entry)) {
          return;
        }
      }
    }

    /** Restores the positions from the journal. */
    private void load() throws IOException {
      sources = new SourcePositions();
      tails.values().forEach(LogTail::forget);
      files.repair();
      mark = files.mark();
      if (mark != null) {
        load(mark);
      }
      newest = NewestEntries.behind(sources.seq());
    }

    private void load(JournalFiles.Mark mark) throws IOException {
      try (LineReader lines = LineReader.open(mark.segment(), 0)) {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
          JournalEntry entry = JournalEntry.parse(line);
          if (entry != null) {
            sources.took(entry);
          } else {
            sources.readAccount(line);
          }
        }
      }
    }

    /**
     * New lines of all files, merged by time. Job events of the same time keep the order of their
     * numbers, also those made by people: an answer comes before its consequences. Lines of a file
     * keep their order.
     */
    private List<JournalEntry> read() throws IOException {
      List<List<LogLine>> news = new ArrayList<>();
      for (LogTail tail : tails.values()) {
        news.add(tail.read(sources, files, BATCH));
      }
      long seq = sources.seq();
      List<JournalEntry> entries = new ArrayList<>();
      for (LogLine line : merged(news)) {
        entries.add(line.entry(++seq, folder.runId()));
      }
      return entries;
    }

    private static List<LogLine> merged(List<List<LogLine>> news) {
      PriorityQueue<Deque<LogLine>> heads =
          new PriorityQueue<>(
              Comparator.comparing((Deque<LogLine> lines) -> lines.peek().time())
                  .thenComparing(lines -> lines.peek().rank())
                  .thenComparing(lines -> lines.peek().inJob())
                  .thenComparing(lines -> lines.peek().log()));
      news.stream().filter(lines -> !lines.isEmpty()).map(ArrayDeque::new).forEach(heads::add);
      List<LogLine> merged = new ArrayList<>();
      while (!heads.isEmpty()) {
        Deque<LogLine> earliest = heads.poll();
        merged.add(earliest.poll());
        if (!earliest.isEmpty()) {
          heads.add(earliest);
        }
      }
      return merged;
    }

    /**
     * The newest entries of a journal, within a memory limit. Immutable.
     *
     * @param from the number behind which these are all entries
     */
    record NewestEntries(long from, List<JournalEntry> entries) {
      private static final int MOST_BYTES = 64 << 10;

      /** No entries behind {@code seq} yet. */
      static NewestEntries behind(long seq) {
        return new NewestEntries(seq, List.of());
      }

      NewestEntries with(List<JournalEntry> more) {
        List<JournalEntry> all = new ArrayList<>(entries);
        all.addAll(more);
        int first = all.size();
        for (int bytes = 0; first > 0 && bytes < MOST_BYTES; first--) {
          bytes += all.get(first - 1).json().length;
        }
        return new NewestEntries(
            first == 0 ? from : all.get(first - 1).seq(),
            List.copyOf(all.subList(first, all.size())));
      }

      /** Null when some entries behind the number are not here. */
      List<JournalEntry> after(long seq) {
        if (seq < from) {
          return null;
        }
        int first = entries.size();
        while (first > 0 && entries.get(first - 1).seq() > seq) {
          first--;
        }
        return entries.subList(first, entries.size());
      }
    }
  }
}
