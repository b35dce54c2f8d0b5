package io.mirrorneuron.run;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.JobPlaces.Standing;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Corrects rows of runs that are open by their folders, and whose jobs this node does not have any
 * more: nobody writes these folders. Guarded by their index, but for {@link #look}.
 */
final class RowsElsewhere {
  private static final Logger LOG = LoggerFactory.getLogger(RowsElsewhere.class);

  /** Milliseconds between two looks for each thousand of open runs. */
  private static final long PAUSE_MS = 30;

  private final JobPlaces places;
  private final Clock clock;
  private final IndexedRows rows;

  /** Jobs that the store does not know, and will not. */
  private final Set<String> unknown = new HashSet<>();

  private long nextLook;

  RowsElsewhere(JobPlaces places, Clock clock, IndexedRows rows) {
    this.places = places;
    this.clock = clock;
    this.rows = rows;
  }

  String self() {
    return places.self();
  }

  /** The rows whose jobs are to be looked for in the store: none at a node that has all of them. */
  List<RunRow> due() {
    if (clock.millis() < nextLook) {
      return List.of();
    }
    nextLook = clock.millis() + PAUSE_MS * (rows.openSize() / 1000);
    List<RunRow> due = rows.open().stream().filter(this::isForeign).toList();
    if (!unknown.isEmpty()) {
      unknown.retainAll(rows.open().stream().map(RunRow::jobId).collect(Collectors.toSet()));
    }
    return due;
  }

  private boolean isForeign(RunRow row) {
    if (row.jobId().isEmpty() || unknown.contains(row.jobId())) {
      return false;
    }
    boolean isHere = places.isHere(row.jobId());
    if (isHere && row.elsewhere() != null) { // it has come back
      rows.put(row.at(null));
    }
    return !isHere;
  }

  /**
   * How the jobs of these rows stand; blocks, so without the lock. Null when that is not known now.
   */
  Map<String, Standing> look(List<RunRow> due) {
    if (due.isEmpty()) {
      return Map.of();
    }
    try {
      return places.standing(due.stream().map(RunRow::jobId).collect(Collectors.toSet()));
    } catch (MnException e) {
      LOG.debug("runs are listed as their folders have them: {}", e.getMessage());
      return null;
    }
  }

  /**
   * @param standing what {@link #look} has answered of them
   */
  void correct(Collection<RunRow> looked, Map<String, Standing> standing) {
    if (standing == null) {
      return;
    }
    for (RunRow row : looked) {
      Standing its = standing.get(row.jobId());
      if (its == null) {
        unknown.add(row.jobId());
        continue;
      }
      boolean isForeign = its.runId().equals(row.runId()) && !its.owner().equals(places.self());
      Standing elsewhere = isForeign ? its : null;
      if (rows.get(row.runId()) == row && !Objects.equals(row.elsewhere(), elsewhere)) {
        rows.put(row.at(elsewhere));
      }
    }
  }
}
