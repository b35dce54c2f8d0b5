package io.mirrorneuron.run;

import io.mirrorneuron.run.RunRow.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * A page that is made row by row, in order. Where it is for a list of what all nodes have, rows of
 * jobs that other nodes have take nobody's place: they give way to the rows of those nodes.
 */
final class RunPage {
  private final RunIndex.Query query;
  private final Place after;
  private final RunIndex.Marks marks;
  private final List<RunRow> rows = new ArrayList<>();
  private int extra;
  private long total;
  private boolean more;

  /**
   * @param after the place behind which it begins; null for the first one
   */
  RunPage(RunIndex.Query query, Place after, RunIndex.Marks marks) {
    this.query = query;
    this.after = after;
    this.marks = marks;
  }

  private boolean isMarked() {
    return marks != RunIndex.Marks.NONE;
  }

  private boolean isFull() {
    return rows.size() - extra == query.limit() || extra == query.limit();
  }

  /** Whether a row that comes now is on the page. */
  boolean shows(RunRow row) {
    return !isFull() && (after == null || row.place().compareTo(after) > 0);
  }

  void add(RunRow row) {
    boolean isExtra = isMarked() && row.elsewhere() != null;
    total += isExtra ? 0 : 1;
    if (shows(row)) {
      rows.add(row);
      extra += isExtra ? 1 : 0;
    } else {
      more |= isFull();
    }
  }

  /** Whether a row has come for which there was no room. */
  boolean hasMore() {
    return more;
  }

  /** How many rows have come. */
  long total() {
    return total;
  }

  /** The rows on it. */
  List<RunRow> rows() {
    return rows;
  }
}
