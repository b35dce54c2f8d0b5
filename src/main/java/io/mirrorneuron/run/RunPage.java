package io.mirrorneuron.run;

import io.mirrorneuron.run.RunRow.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * A page built row by row, in order. In a list that merges all nodes, rows of jobs that other nodes
 * have take no room: the rows of those nodes replace them.
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
   * @param after the place before the first row; null for the first page
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

  /** Whether the next row belongs on the page. */
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

  /** Whether a row did not fit. */
  boolean hasMore() {
    return more;
  }

  /** The number of rows offered. */
  long total() {
    return total;
  }

  List<RunRow> rows() {
    return rows;
  }
}
