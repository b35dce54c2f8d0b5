package io.mirrorneuron.run.index;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.UnreadRuns;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.index.RunRow.Place;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All runs, the newest first, in memory. What this process writes is seen at once, a folder that
 * another process makes or removes with the next list (of many runs up to a second later for each
 * 30,000), and each row that is shown or not over is compared with its files before. A page without
 * filters costs what its rows cost, however many runs there are. Thread-safe.
 */
public final class RunIndex {
  private static final Logger LOG = LoggerFactory.getLogger(RunIndex.class);

  /** Folders made within this time of each other may have the same modification time. */
  private static final Duration CLOCK_TICK = Duration.ofMillis(50);

  /**
   * Milliseconds between two looks at all folders for each thousand of runs: some twenty times of
   * what a look takes, however many there are.
   */
  private static final long PAUSE_MS = 30;

  private final RunStore store;
  private final Clock clock;
  private final IndexedRows rows;
  private final Set<String> touched = ConcurrentHashMap.newKeySet();

  /** Runs that have no folder until somebody looks, and are not in the rows yet. */
  private final Queue<UnreadRuns.Shown> unread = new ConcurrentLinkedQueue<>();

  private boolean knowsUnread;
  private FileTime scanned;
  private long nextScan;

  private RunIndex(RunStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
    this.rows = new IndexedRows(clock);
  }

  /** An index of the store, which reads what there is in the background; lists wait for that. */
  public static RunIndex of(RunStore store, Clock clock) {
    RunIndex index = new RunIndex(store, clock);
    store.onChange(index.touched::add);
    store.onUnread(index.unread::add);
    Thread.ofVirtual().name("run index").start(index::fill);
    return index;
  }

  /** The first list tries again. */
  private void fill() {
    try {
      update();
    } catch (MnException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  /**
   * Which runs are wanted; empty texts and null do not matter.
   *
   * @param cursor where the last page ended
   * @param idPrefix of the run's id
   * @param since started at this time or later
   */
  public record Query(
      int limit,
      String cursor,
      String status,
      String blueprintId,
      String jobId,
      String idPrefix,
      Instant since) {

    private boolean isFiltered() {
      return since != null
          || !(status.isEmpty() && blueprintId.isEmpty() && jobId.isEmpty() && idPrefix.isEmpty());
    }

    private boolean accepts(RunRow row) {
      return (status.isEmpty() || status.equalsIgnoreCase(row.status()))
          && fits(blueprintId, row.blueprintId())
          && fits(jobId, row.jobId())
          && row.runId().startsWith(idPrefix)
          && (since == null || !row.place().at().isBefore(since));
    }

    private static boolean fits(String wanted, String there) {
      return wanted.isEmpty() || wanted.equals(there);
    }
  }

  /**
   * One page.
   *
   * @return {@code {data: [{run_id, job_id, blueprint_id, status, submitted_at, started_at,
   *     ended_at, trace_id, run_dir}], total, next?}}; {@code next} is the cursor of the next page,
   *     {@code total} counts all runs that fit the filters
   * @throws MnException INVALID for a cursor that is none
   */
  public ObjectNode list(Query query) {
    return list(query, "");
  }

  /** The same with the cursor behind each row, as this member. */
  public ObjectNode list(Query query, String place) {
    store.catchUp();
    return page(query, place);
  }

  /** As the list has the places that the cursors name. */
  public static int compare(String cursor, String other) {
    return Place.at(cursor).compareTo(Place.at(other));
  }

  private ObjectNode page(Query query, String place) {
    Place after = query.cursor().isEmpty() ? null : Place.at(query.cursor());
    List<RunRow> page = new ArrayList<>();
    int total;
    boolean more = false;
    synchronized (this) {
      update();
      total = query.isFiltered() ? 0 : rows.size();
      for (RunRow known : rows.after(query.isFiltered() ? null : after)) {
        if (!query.isFiltered() && more) {
          break;
        }
        boolean shown =
            page.size() < query.limit() && (after == null || known.place().compareTo(after) > 0);
        RunRow row =
            known.isOver() && !(shown && query.accepts(known)) ? known : refresh(known.runId());
        if (row != null && query.accepts(row)) {
          total += query.isFiltered() ? 1 : 0;
          if (shown) {
            page.add(row);
          } else {
            more |= page.size() == query.limit();
          }
        }
      }
    }
    ObjectNode answer = Json.object();
    ArrayNode data = answer.putArray("data");
    for (RunRow row : page) {
      ObjectNode json = row.json(store.root());
      data.add(place.isEmpty() ? json : json.put(place, row.place().cursor()));
    }
    answer.put("total", total);
    return more ? answer.put("next", page.getLast().place().cursor()) : answer;
  }

  /**
   * A page and the state of the index that it shows.
   *
   * @param json as {@link #list} gives it, with {@code seq}
   * @param seq greater whenever a row of any run has changed, also of one that the page does not
   *     show, and when the server has been restarted
   */
  public record Seen(ObjectNode json, long seq) {}

  /** The page as it is now. */
  public synchronized Seen seen(Query query) {
    ObjectNode page = page(query, "");
    return new Seen(page.put("seq", rows.changes()), rows.changes());
  }

  private synchronized void update() {
    if (!knowsUnread) {
      store.unread().each(unread::add);
      knowsUnread = true;
    }
    for (UnreadRuns.Shown run = unread.poll(); run != null; run = unread.poll()) {
      if (!store.has(run.runId())) {
        rows.put(RunRow.of(run));
      }
    }
    try {
      FileTime modified = Files.getLastModifiedTime(store.root());
      if (!modified.equals(scanned) && clock.millis() >= nextScan) {
        scan();
        nextScan = clock.millis() + PAUSE_MS * (rows.size() / 1000);
        boolean settled = modified.toInstant().isBefore(clock.instant().minus(CLOCK_TICK));
        scanned = settled ? modified : null;
      }
    } catch (IOException e) {
      throw MnException.unavailable("the run store cannot be read: " + e, e);
    }
    for (Iterator<String> changed = touched.iterator(); changed.hasNext(); ) {
      String runId = changed.next();
      changed.remove(); // before it is read: what changes meanwhile is read again
      refresh(runId);
    }
  }

  private void scan() throws IOException {
    Set<String> gone = rows.withFolders();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(store.root())) {
      for (Path folder : folders) {
        String runId = folder.getFileName().toString();
        if (!gone.remove(runId) && store.has(runId)) {
          refresh(runId);
        }
      }
    }
    gone.forEach(rows::remove);
  }

  /** The row as it is now, or null when the run is gone. One without a folder stays as it is. */
  private RunRow refresh(String runId) {
    RunFolder folder = store.present(runId).orElse(null);
    RunRow before = rows.get(runId);
    if (folder != null) {
      RunRow row = RunRow.read(folder, before);
      rows.put(row);
      return row;
    }
    if (before != null && before.hasFolder()) {
      rows.remove(runId);
      return null;
    }
    return before;
  }
}
