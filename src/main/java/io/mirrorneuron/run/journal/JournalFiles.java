package io.mirrorneuron.run.journal;

import io.mirrorneuron.run.folder.LineReader;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A journal on disk: segments named by the number of their first entry, each beginning with an
 * account of the segments before it. Writers must hold the folder's lock; readers need none.
 */
final class JournalFiles {
  /** Number of segments kept; enough for all records that full logs keep. */
  private static final int SEGMENTS_KEPT = 32;

  /** Begins with a dot, so that other programs that list the files of a run skip it. */
  private static final String PREFIX = ".stream-";

  /** Also matches names of earlier builds, without the dot. */
  private static final Pattern NAME = Pattern.compile("\\.?stream-(\\d{12,18})\\.log");

  private final Path folder;
  private final long limit;

  /**
   * @param limit bytes after which a segment is closed
   */
  JournalFiles(Path folder, long limit) {
    this.folder = folder;
    this.limit = limit;
  }

  /** Oldest first. */
  List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
          .sorted(Comparator.comparingLong(JournalFiles::first))
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  /** Adds entries in one write; returns the segment and its new length. */
  Mark append(List<JournalEntry> entries, String account) throws IOException {
    List<Path> segments = segments();
    boolean full = segments.isEmpty() || UntrustedFiles.size(segments.getLast()) >= limit;
    Path segment = full ? segment(entries.getFirst().seq()) : segments.getLast();
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    if (full) {
      lines.writeBytes((account + '\n').getBytes(StandardCharsets.UTF_8));
    }
    entries.forEach(entry -> lines.writeBytes(entry.line()));
    try (FileChannel channel = UntrustedFiles.extend(segment)) {
      for (ByteBuffer bytes = ByteBuffer.wrap(lines.toByteArray()); bytes.hasRemaining(); ) {
        channel.write(bytes);
      }
    }
    if (full && segments.size() >= SEGMENTS_KEPT) {
      drop(segments.subList(0, segments.size() - SEGMENTS_KEPT + 1));
    }
    return new Mark(segment, UntrustedFiles.size(segment));
  }

  private void drop(List<Path> segments) throws IOException {
    try (OpenFolder in = OpenFolder.at(folder)) {
      for (Path segment : segments) {
        in.delete(segment.getFileName().toString());
      }
    }
  }

  /**
   * Removes leftovers of an interrupted writer: an unfinished last line, or a segment without its
   * first line; and a last segment that is no file of the run. The caller must hold the lock.
   */
  void repair() throws IOException {
    List<Path> segments = segments();
    if (segments.isEmpty()) {
      return;
    }
    try (OpenFolder in = OpenFolder.at(folder)) {
      Path last = segments.getLast();
      try {
        repair(last, in);
      } catch (RefusedFile e) {
        in.delete(last.getFileName().toString());
        repair();
      }
    }
  }

  private static void repair(Path last, OpenFolder in) throws IOException {
    if (LineReader.endsALine(last)) {
      return;
    }
    String name = last.getFileName().toString();
    try (LineReader lines = LineReader.open(last, 0);
        FileChannel segment = in.write(name)) {
      while (lines.next() != null) {}
      segment.truncate(lines.end());
      if (lines.end() == 0) {
        in.delete(name);
      }
    }
  }

  /** The end of a journal; differs from an earlier mark when there were writes in between. */
  record Mark(Path segment, long size) {}

  /** Null for an empty journal. */
  Mark mark() throws IOException {
    List<Path> segments = segments();
    return segments.isEmpty()
        ? null
        : new Mark(segments.getLast(), UntrustedFiles.size(segments.getLast()));
  }

  /** Passes on the entries behind {@code after}, in order, until the reader returns false. */
  void read(long after, Predicate<JournalEntry> reader) throws IOException {
    List<Path> segments = segments();
    for (int i = 0; i < segments.size(); i++) {
      if (i + 1 < segments.size() && first(segments.get(i + 1)) <= after + 1) {
        continue;
      }
      if (!read(segments.get(i), offset(segments.get(i), after), after, reader)) {
        return;
      }
    }
  }

  /**
   * The last entries that pass, oldest first.
   *
   * @param budget about how many bytes to read at most
   */
  List<JournalEntry> last(int limit, long budget, Predicate<JournalEntry> filter)
      throws IOException {
    List<JournalEntry> found = new ArrayList<>();
    long left = budget;
    for (Path segment : segments().reversed()) {
      long upTo = UntrustedFiles.size(segment);
      for (long block = 256 << 10; upTo > 0 && left > 0 && found.size() < limit; block *= 2) {
        long from = Math.max(0, upTo - block);
        left -= upTo - from;
        List<JournalEntry> some = new ArrayList<>();
        upTo = block(segment, from, upTo, filter, some);
        some.addAll(found);
        found = some;
      }
      if (found.size() >= limit) {
        return found.subList(found.size() - limit, found.size());
      }
    }
    return found;
  }

  /** Reads the lines that begin between the two offsets; returns where the first of them begins. */
  private static long block(
      Path segment, long from, long upTo, Predicate<JournalEntry> filter, List<JournalEntry> into)
      throws IOException {
    try (LineReader lines = LineReader.open(segment, from)) {
      if (from > 0) {
        lines.next(); // the end of a line that begins earlier
      }
      long begins = Math.min(lines.end(), upTo); // equal when one line fills the block
      while (lines.end() < upTo) {
        byte[] line = lines.next();
        if (line == null) {
          break;
        }
        JournalEntry entry = JournalEntry.parse(line);
        if (entry != null && filter.test(entry)) {
          into.add(entry);
        }
      }
      return from == 0 ? 0 : begins;
    } catch (RefusedFile e) {
      return 0; // a program has put something in its place
    }
  }

  private static boolean read(Path segment, long offset, long after, Predicate<JournalEntry> reader)
      throws IOException {
    try (LineReader lines = LineReader.open(segment, offset)) {
      if (offset > 0) {
        lines.next(); // the offset may be in the middle of a line
      }
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        JournalEntry entry = JournalEntry.parse(line);
        if (entry != null && entry.seq() > after && !reader.test(entry)) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return true; // deleted since the listing
    }
  }

  /** An offset at or shortly before the first entry behind {@code after}. */
  private static long offset(Path segment, long after) throws IOException {
    long low = 0;
    long high = UntrustedFiles.size(segment);
    while (high - low > 64 << 10) {
      long middle = (low + high) / 2;
      long seq = after + 1;
      try (LineReader lines = LineReader.open(segment, middle)) {
        lines.next();
        byte[] line = lines.next();
        JournalEntry entry = line == null ? null : JournalEntry.parse(line);
        seq = entry == null ? seq : entry.seq();
      }
      if (seq <= after) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private Path segment(long first) {
    return folder.resolve(PREFIX + "%012d.log".formatted(first));
  }

  private static long first(Path segment) {
    Matcher name = NAME.matcher(segment.getFileName().toString());
    return name.matches() ? Long.parseLong(name.group(1)) : 0;
  }
}
