package io.mirrorneuron.runtime.exec.log;

import io.mirrorneuron.runtime.exec.log.LogForm.LogRecord;

/** What the runner says of a program's output. The history of the job has it, too. */
record WarningEntry(LogRecord record, int size) implements LogWriter.Entry {
  @Override
  public void lost() {
    // there is no program any more that could tell it later
  }
}
