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
 * A position in a file: the end of the last line read or written, and that line's hash.
 *
 * @param end in bytes
 */
public record LogPosition(long end, long hash) {
  public static final LogPosition START = new LogPosition(0, 0);

  /** Whether the file ends here, with that line. */
  boolean isAtEndOf(Path file) throws IOException {
    try (OpenFile opened = UntrustedFiles.open(file)) {
      return opened.size() == end && isIn(opened.channel());
    }
  }

  /** Whether the file still has that line at this position. */
  public boolean isIn(Path file) throws IOException {
    try (OpenFile opened = UntrustedFiles.open(file)) {
      return isIn(opened.channel());
    }
  }

  boolean isIn(FileChannel file) throws IOException {
    byte[] line = LineReader.endingAt(file, end);
    return line != null && hash(line) == hash;
  }

  /** The end of a file to which these lines were appended. */
  static LogPosition of(long length, byte[] lines) {
    int last = lines.length - 1;
    int begin = last;
    while (begin > 0 && lines[begin - 1] != '\n') {
      begin--;
    }
    return new LogPosition(length, hash(Arrays.copyOfRange(lines, begin, last)));
  }

  /** A hash that distinguishes the lines of one file. */
  public static long hash(byte[] line) {
    CRC32 one = new CRC32();
    CRC32C other = new CRC32C();
    one.update(line);
    other.update(line);
    return one.getValue() << 32 | other.getValue();
  }
}
