package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** All lines of a line log that are not empty, one at a time. */
public final class LogLines {
  private LogLines() {}

  /** Oldest first. Of files that vanish meanwhile or are damaged, the lines that could be read. */
  public static void read(RunFolder folder, RunLog log, Consumer<byte[]> reader) {
    for (Path file : folder.files(log).all()) {
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
}
