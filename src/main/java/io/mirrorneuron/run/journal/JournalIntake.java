package io.mirrorneuron.run.journal;

import io.mirrorneuron.run.folder.FolderLock;
import io.mirrorneuron.run.folder.LineReader;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Copies new records of a run's line files into its journal, each once. Thread-safe, also across
 * processes: what another process copied is read back from the journal.
 */
final class JournalIntake {
  /** Lines of each log that are read at a time, so that a long history needs no memory. */
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

  /** What was taken in last; null when that is not known. */
  private volatile NewestEntries newest;

  /** Other writers of the same journal. */
  @FunctionalInterface
  interface Writers {
    /** Keeps them out until it is closed; null where there are none. */
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
   * @return whether that was all there was
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
        sources = null; // read again from the journal, which knows what of the batch was written
      }
      lock.unlock();
    }
  }

  /**
   * Tells the entries behind a number, in order, until the reader has enough. What was taken in
   * just now, which is what followers ask for, is not read from the disk again.
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

  /** Finds out from the journal what it has. */
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
   * New lines of all files, merged by their times. Events of a job in the same moment have the
   * order of their numbers in it, also when people made them: an answer comes before what follows
   * from it. Within a file the order stays.
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
}
