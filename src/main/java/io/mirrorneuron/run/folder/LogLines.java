package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * All lines of a line log that are not empty, one at a time; of the event log without copies of
 * what it has already, and with others behind all other lines.
 */
public final class LogLines {
  private LogLines() {}

  /** Oldest first. Of files that vanish meanwhile or are damaged, the lines that could be read. */
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
        // Rotated away, or no archive.
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
