package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads all non-empty lines of a line log, one at a time. The event log is read without clients'
 * copies of lines that it has; copies without such a line come last.
 */
public final class LogLines {
  private LogLines() {}

  /** Oldest first. Files that vanish or are damaged give the lines that could be read. */
  public static void read(RunFolder folder, RunLog log, Consumer<byte[]> reader) {
    if (log != RunLog.EVENTS) {
      all(folder, log, reader);
      return;
    }
    EventCopies copies = new EventCopies();
    all(
        folder,
        log,
        line -> {
          if (!copies.setAside(line)) {
            reader.accept(line);
          }
        });
    if (!copies.isEmpty()) {
      all(folder, log, copies::dropCopyOf);
      copies.rest().forEach(reader);
    }
  }

  private static void all(RunFolder folder, RunLog log, Consumer<byte[]> reader) {
    byte[] made = folder.documents().fresh().of(log.file());
    LogFiles files = folder.files(log);
    for (Path file : made == null || log.rotates() ? files.all() : List.of(files.live())) {
      if (made != null && file.endsWith(log.file())) {
        read(made, reader);
        continue;
      }
      try (LineReader lines = LineReader.open(file, 0)) {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
          if (line.length > 0) {
            reader.accept(line);
          }
        }
      } catch (IOException e) {
        // rotated away, or no archive
      }
    }
  }

  private static void read(byte[] lines, Consumer<byte[]> reader) {
    int begin = 0;
    for (int i = 0; i < lines.length; i++) {
      if (lines[i] == '\n') {
        if (i > begin) {
          reader.accept(Arrays.copyOfRange(lines, begin, i));
        }
        begin = i + 1;
      }
    }
  }
}
