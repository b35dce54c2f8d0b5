package io.mirrorneuron.run.journal;

import io.mirrorneuron.model.LogLevel;
import io.mirrorneuron.run.folder.RunRecord;
import java.util.Locale;

/**
 * Which log records are wanted; what is null is not asked for.
 *
 * @param level at least
 * @param step that they are of, or the agent where there is no step; the instances of a scattered
 *     step are of it
 * @param stream {@code stdout} or {@code stderr}
 * @param text that the message contains, in capital or small letters
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
