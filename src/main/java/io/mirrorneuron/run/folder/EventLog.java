package io.mirrorneuron.run.folder;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the records of one job's events to one line log of its run, each record once. Programs may
 * append to the file, truncate or replace it; unless they do, the file is not read again. Not
 * thread-safe.
 */
public final class EventLog {
  private final RunLog log;
  private final String jobId;

  /**
   * Event numbers that the files held at the last look; null while only this object has written to
   * them.
   */
  private RangeSet present;

  /** The end of the live file if this object was the last writer. */
  private LogPosition end = LogPosition.START;

  private boolean ours = true;
  private long lastReported;
  private long reported;

  public EventLog(RunLog log, String jobId) {
    this.log = log;
    this.jobId = jobId;
  }

  /** Reads which events the files hold, or held before their oldest segments were deleted. */
  public void look(RunFolder folder) {
    RangeSet found = new RangeSet();
    LogFiles files = folder.files(log);
    try {
      for (Path file : files.all()) {
        try (LineReader lines = LineReader.open(file, 0)) {
          for (byte[] line = lines.next(); line != null; line = lines.next()) {
            EventId.find(line, jobId).ifPresent(found::add);
          }
        } catch (RefusedFile e) {
          continue; // a program has replaced the file; its events are written again
        }
      }
    } catch (IOException e) {
      throw MnException.unavailable(log.file() + " cannot be read: " + e, e);
    }
    if (files.hasDropped()) {
      found.addAllBefore(); // events from deleted segments are not written again
    }
    present = found;
    ours = false;
  }

  /**
   * Appends the records of events, except those that the files have.
   *
   * @param records with the {@code seq} of their events; in order, or all of them from the first
   */
  public void append(RunFolder folder, List<RunRecord> records) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (RunRecord record : records) {
      long seq = record.seq();
      if (seq > lastReported) {
        lastReported = seq;
        reported++;
      }
      if (present == null || !present.has(seq)) {
        lines.writeBytes(Records.line(record.json()));
      }
    }
    if (lines.size() > 0) {
      LogPosition now = folder.append(log, lines.toByteArray());
      ours &= now.end() - lines.size() == end.end();
      end = now;
    }
  }

  /** Whether an event is not in the files and was not appended before. */
  public boolean lacks(long seq) {
    return seq > lastReported && (present == null || !present.has(seq));
  }

  /** Whether the log is unchanged since the last {@link #append}. */
  public boolean isOurs(RunFolder folder) {
    Path live = folder.files(log).live();
    try {
      return ours && (end.end() == 0 ? !UntrustedFiles.isFile(live) : end.isAtEndOf(live));
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the last look found that written events were missing. */
  public boolean lacksSome() {
    return present != null && present.count() < reported;
  }
}
