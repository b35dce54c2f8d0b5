package io.mirrorneuron.run.report;

import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * When the lines of a log were written: those that do not say so, when the line before them was;
 * where no line before says so either, when the log was written to last. Asked for each line in
 * order.
 */
final class LineTimes {
  private final RunFolder run;
  private final RunLog log;
  private Instant before;

  LineTimes(RunFolder run, RunLog log) {
    this.run = run;
    this.log = log;
  }

  /**
   * @param reported by the line; null when it does not say
   */
  Instant of(Instant reported) {
    if (reported != null) {
      before = reported;
    } else if (before == null) {
      before = lastWritten();
    }
    return before;
  }

  private Instant lastWritten() {
    List<Path> files = run.files(log).all();
    try {
      return files.isEmpty()
          ? Instant.EPOCH
          : Files.getLastModifiedTime(files.getLast(), LinkOption.NOFOLLOW_LINKS).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH; // it has gone meanwhile
    }
  }
}
