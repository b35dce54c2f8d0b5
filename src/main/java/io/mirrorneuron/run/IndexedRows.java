package io.mirrorneuron.run;

import io.mirrorneuron.run.RunRow.Place;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/** The rows of all runs by id and by place. Guarded by their index. */
final class IndexedRows {
  private final Clock clock;
  private final Map<String, RunRow> rows = new HashMap<>();

  /** Concurrent, as readers iterate while rows are replaced. */
  private final NavigableMap<Place, RunRow> order = new ConcurrentSkipListMap<>();

  /** Ids of those that are not over. */
  private final Set<String> open = new HashSet<>();

  /** Ids of those whose jobs other nodes have. */
  private final Set<String> elsewhere = new HashSet<>();

  private long changes;

  IndexedRows(Clock clock) {
    this.clock = clock;
    this.changes = clock.millis();
  }

  int size() {
    return rows.size();
  }

  /** Null when there is none. */
  RunRow get(String runId) {
    return rows.get(runId);
  }

  /** The rows that are not over. */
  List<RunRow> open() {
    return open.stream().map(rows::get).toList();
  }

  /** How many there are of jobs that other nodes have. */
  int elsewhere() {
    return elsewhere.size();
  }

  int openSize() {
    return open.size();
  }

  /** Ids of runs whose rows were read from a folder. */
  Set<String> withFolders() {
    return rows.values().stream()
        .filter(RunRow::hasFolder)
        .map(RunRow::runId)
        .collect(Collectors.toSet());
  }

  /**
   * The rows behind a place, in order.
   *
   * @param place null for all
   */
  Collection<RunRow> after(Place place) {
    return (place == null ? order : order.tailMap(place, false)).values();
  }

  void put(RunRow row) {
    RunRow before = rows.put(row.runId(), row);
    if (before == row) {
      return;
    }
    if (before != null && !before.place().equals(row.place())) {
      order.remove(before.place());
    }
    order.put(row.place(), row);
    note(open, row.runId(), !row.isOver());
    note(elsewhere, row.runId(), row.elsewhere() != null);
    noteChange(before == null || !row.tellsAs(before));
  }

  void remove(String runId) {
    RunRow before = rows.remove(runId);
    if (before != null) {
      order.remove(before.place());
      open.remove(runId);
      elsewhere.remove(runId);
      noteChange(true);
    }
  }

  private static void note(Set<String> ids, String runId, boolean isOne) {
    if (isOne) {
      ids.add(runId);
    } else {
      ids.remove(runId);
    }
  }

  /** Greater whenever a row has changed. */
  long changes() {
    return changes;
  }

  /** Numbers are times, so that they also grow from one start of the server to the next. */
  private void noteChange(boolean isChange) {
    changes = isChange ? Math.max(changes + 1, clock.millis()) : changes;
  }
}
