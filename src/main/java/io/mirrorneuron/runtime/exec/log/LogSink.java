package io.mirrorneuron.runtime.exec.log;

import io.mirrorneuron.runtime.exec.log.LogForm.LogRecord;
import java.util.List;

/** Port: where log records of programs go. Called by one thread at a time; may block. */
public interface LogSink {
  /**
   * Adds records to the log of the run.
   *
   * @param records oldest first
   * @return false when they are lost, as there is no room
   */
  boolean log(String runId, List<LogRecord> records);
}
