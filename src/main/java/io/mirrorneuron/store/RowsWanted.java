package io.mirrorneuron.store;

import io.mirrorneuron.model.RunStatus;
import java.util.List;

/**
 * Which jobs are wanted, last changed first.
 *
 * @param limit so many at most
 * @param open whether those are among them that have not ended
 * @param ended words of the final statuses whose jobs are among them
 * @param after only jobs behind this one; null for the first ones
 */
public record RowsWanted(int limit, boolean open, List<String> ended, RankedJob after) {

  /** The first of all. */
  public static RowsWanted newest(int limit, boolean includeTerminal) {
    return new RowsWanted(limit, true, includeTerminal ? RunStatus.FINAL_WORDS : List.of(), null);
  }

  /** The same behind a place. */
  public RowsWanted behind(RankedJob place) {
    return new RowsWanted(limit, open, ended, place);
  }
}
