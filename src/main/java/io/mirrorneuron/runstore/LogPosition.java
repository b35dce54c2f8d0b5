package io.mirrorneuron.runstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How far a file was read or written: where the last line ended, and its hash.
 *
 * @param end in bytes
 */
record LogPosition(long end, long hash) {
  static final LogPosition START = new LogPosition(0, 0);

  /** Whether the file ends there, with that line. */
  boolean isAtEndOf(Path file) throws IOException {
    return Files.size(file) == end && isIn(file);
  }

  /** Whether the file still has that line, where it was. */
  boolean isIn(Path file) throws IOException {
    byte[] line = LineReader.endingAt(file, end);
    return line != null && JournalEntry.hash(line) == hash;
  }

  /** Where a file ends to which these lines were added. */
  static LogPosition of(long length, byte[] lines) {
    int last = lines.length - 1;
    int begin = last;
    while (begin > 0 && lines[begin - 1] != '\n') {
      begin--;
    }
    return new LogPosition(length, JournalEntry.hash(Arrays.copyOfRange(lines, begin, last)));
  }
}
