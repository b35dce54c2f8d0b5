package io.mirrorneuron.run.journal;

import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.run.folder.RunRecord;
import java.util.Locale;

/**
 * A filter for log records; null matches everything.
 *
 * @param level lowest level
 * @param step the step, or the agent where there is no step; includes the instances of a scattered
 *     step
 * @param stream {@code stdout} or {@code stderr}
 * @param text contained in the message, in any case
 */
public record LogFilter(LogLevel level, String step, String stream, String text) {

  boolean passes(JournalEntry entry) {
    if (level != null && entry.level() < level.ordinal()) {
      return false;
    }
    return step == null && stream == null && text == null || passes(new RunRecord(entry.record()));
  }

  private boolean passes(RunRecord record) {
    return (step == null || isOf(record))
        && (stream == null || stream.equals(record.text("stream")))
        && (text == null || small(record.text("message")).contains(small(text)));
  }

  private boolean isOf(RunRecord record) {
    String own = record.text("step_id");
    String of = own.isEmpty() ? record.text("agent_id") : own;
    return of.equals(step) || of.startsWith(step + "[");
  }

  private static String small(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
