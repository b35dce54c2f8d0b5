package io.mirrorneuron.run.folder;

import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * How far a file was read or written: where the last line ended, and its hash.
 *
 * @param end in bytes
 */
public record LogPosition(long end, long hash) {
  public static final LogPosition START = new LogPosition(0, 0);

  /** Whether the file ends there, with that line. */
  boolean isAtEndOf(Path file) throws IOException {
    try (OpenFile opened = UntrustedFiles.open(file)) {
      return opened.size() == end && isIn(opened.channel());
    }
  }

  /** Whether the file still has that line, where it was. */
  public boolean isIn(Path file) throws IOException {
    try (OpenFile opened = UntrustedFiles.open(file)) {
      return isIn(opened.channel());
    }
  }

  /** The same for a file that is open. */
  boolean isIn(FileChannel file) throws IOException {
    byte[] line = LineReader.endingAt(file, end);
    return line != null && hash(line) == hash;
  }

  /** Where a file ends to which these lines were added. */
  static LogPosition of(long length, byte[] lines) {
    int last = lines.length - 1;
    int begin = last;
    while (begin > 0 && lines[begin - 1] != '\n') {
      begin--;
    }
    return new LogPosition(length, hash(Arrays.copyOfRange(lines, begin, last)));
  }

  /** A hash by which lines of one file are told apart. */
  public static long hash(byte[] line) {
    CRC32 one = new CRC32();
    CRC32C other = new CRC32C();
    one.update(line);
    other.update(line);
    return one.getValue() << 32 | other.getValue();
  }
}
