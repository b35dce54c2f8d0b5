package io.mirrorneuron.model;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a run, or the job behind it, stands. Three words are final; programs and older runs spell
 * them in several ways. Any other word means that the run goes on.
 *
 * @param word the canonical word where {@link #of} made it; never null
 */
public record RunStatus(String word) {
  public static final RunStatus COMPLETED = new RunStatus("completed");
  public static final RunStatus FAILED = new RunStatus("failed");
  public static final RunStatus CANCELLED = new RunStatus("cancelled");

  /** The final words, in the order in which lists of jobs are searched. */
  public static final List<String> FINAL_WORDS =
      List.of(COMPLETED.word, FAILED.word, CANCELLED.word);

  private static final Map<String, RunStatus> SPELLINGS =
      Map.ofEntries(
          Map.entry("completed", COMPLETED),
          Map.entry("complete", COMPLETED),
          Map.entry("done", COMPLETED),
          Map.entry("finished", COMPLETED),
          Map.entry("succeeded", COMPLETED),
          Map.entry("success", COMPLETED),
          Map.entry("failed", FAILED),
          Map.entry("failure", FAILED),
          Map.entry("error", FAILED),
          Map.entry("cancelled", CANCELLED),
          Map.entry("canceled", CANCELLED));

  /** The status that the text spells in lower case; other texts stay as they are. */
  public static RunStatus of(String text) {
    RunStatus known = SPELLINGS.get(text);
    return known == null ? new RunStatus(text) : known;
  }

  /** The same for files that programs write, where upper and lower case mean the same. */
  public static RunStatus ofAnyCase(String text) {
    return of(text.toLowerCase(Locale.ROOT));
  }

  /** Whether nothing follows any more. */
  public boolean isFinal() {
    return FINAL_WORDS.contains(word);
  }
}
