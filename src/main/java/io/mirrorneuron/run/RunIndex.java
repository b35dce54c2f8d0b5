package io.mirrorneuron.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunIndex.JobLocations.Standing;
import io.mirrorneuron.run.RunRow.Place;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All runs, the newest first, in memory. Writes of this process are seen at once; a folder that
 * another process makes or removes with the next list (with many runs up to a second later for each
 * 30,000). Each row that is listed or open is compared with its files before. A page without
 * filters costs what its rows cost, however many runs there are. Thread-safe.
 */
public final class RunIndex {
  private static final Logger LOG = LoggerFactory.getLogger(RunIndex.class);

  private final RunStore store;
  private final IndexedRows rows;
  private final FolderRows folders;
  private final RowsElsewhere elsewhere;

  private RunIndex(RunStore store, JobLocations places, Clock clock) {
    this.store = store;
    this.rows = new IndexedRows(clock);
    this.folders = new FolderRows(store, clock, rows);
    this.elsewhere = new RowsElsewhere(places, clock, rows);
  }

  /** An index of the store, filled in the background; lists wait for that. */
  public static RunIndex of(RunStore store, Clock clock) {
    return of(store, JobLocations.UNKNOWN, clock);
  }

  /** An index that also shows the current state of jobs that other nodes have taken over. */
  public static RunIndex of(RunStore store, JobLocations places, Clock clock) {
    RunIndex index = new RunIndex(store, places, clock);
    index.folders.listen();
    Thread.ofVirtual().name("run index").start(index::fill);
    return index;
  }

  /** the first list tries again */
  private void fill() {
    try {
      synchronized (this) {
        folders.update();
      }
    } catch (MnException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  /**
   * A filter for runs; empty texts and null match everything.
   *
   * @param cursor where the last page ended
   * @param idPrefix of the id of the run, or of its job
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

    boolean isFiltered() {
      return since != null
          || !(status.isEmpty() && blueprintId.isEmpty() && jobId.isEmpty() && idPrefix.isEmpty());
    }

    boolean accepts(RunRow row) {
      return (status.isEmpty() || status.equalsIgnoreCase(row.reported()))
          && fits(blueprintId, row.blueprintId())
          && fits(jobId, row.jobId())
          && (row.runId().startsWith(idPrefix) || row.jobId().startsWith(idPrefix))
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
   *     {@code total} counts all runs that match
   * @throws MnException INVALID for a malformed cursor
   */
  public ObjectNode list(Query query) {
    return list(query, Marks.NONE);
  }

  /**
   * This node's page for a list that merges all nodes. It also has rows of jobs that other nodes
   * have; {@code total} does not count them.
   */
  public ObjectNode list(Query query, Marks marks) {
    store.catchUp();
    correct();
    return page(query, marks);
  }

  /**
   * Names of extra members, for callers that merge the pages of all nodes.
   *
   * @param place of a row: the cursor behind it
   * @param owner of a row: the other node that has its job
   * @param node of a page: the node whose page it is
   */
  public record Marks(String place, String owner, String node) {
    /** For lists of one node. */
    static final Marks NONE = new Marks("", "", "");
  }

  /** Compares two cursors by their places in the list. */
  public static int compare(String cursor, String other) {
    return Place.at(cursor).compareTo(Place.at(other));
  }

  /**
   * One run as lists show it.
   *
   * @throws MnException MALFORMED {@code invalid run id}, NOT_FOUND {@code run not found}
   */
  public ObjectNode row(String runId) {
    String found = store.find(runId).runId();
    correct();
    RunRow row = refreshed(found);
    if (row == null) { // removed meanwhile
      throw new MnException(ErrorCode.NOT_FOUND, "run_not_found", "run not found");
    }
    return row.json(store.root(), Marks.NONE);
  }

  private synchronized RunRow refreshed(String runId) {
    return folders.refresh(runId);
  }

  /** Blocks while the store is asked for jobs that left this node. */
  private void correct() {
    List<RunRow> due;
    synchronized (this) {
      folders.update();
      due = elsewhere.due();
    }
    Map<String, Standing> standing = elsewhere.look(due);
    synchronized (this) {
      elsewhere.correct(due, standing);
    }
  }

  private synchronized ObjectNode page(Query query, Marks marks) {
    folders.update();
    Place after = query.cursor().isEmpty() ? null : Place.at(query.cursor());
    RunPage page = new RunPage(query, after, marks);
    for (RunRow known : rows.after(query.isFiltered() ? null : after)) {
      if (!query.isFiltered() && page.hasMore()) {
        break;
      }
      boolean isSettled = known.isOver() && !(page.shows(known) && query.accepts(known));
      RunRow row = isSettled ? known : folders.refresh(known.runId());
      if (row != null && query.accepts(row)) {
        page.add(row);
      }
    }
    long all = marks == Marks.NONE ? rows.size() : rows.size() - rows.elsewhere();
    return json(page, query.isFiltered() ? page.total() : all, marks);
  }

  private ObjectNode json(RunPage page, long total, Marks marks) {
    ObjectNode answer = Json.object();
    ArrayNode data = answer.putArray("data");
    for (RunRow row : page.rows()) {
      data.add(row.json(store.root(), marks));
    }
    answer.put("total", total);
    if (page.hasMore()) {
      answer.put("next", page.rows().getLast().place().cursor());
    }
    return marks == Marks.NONE ? answer : answer.put(marks.node(), elsewhere.self());
  }

  /**
   * A page and the version of the index that it shows.
   *
   * @param json as {@link #list} returns it, with {@code seq}
   * @param seq grows whenever a row of any run changes, also one outside the page, and with a
   *     restart of the server
   */
  public record Seen(ObjectNode json, long seq) {}

  public Seen seen(Query query) {
    correct();
    return seenNow(query);
  }

  private synchronized Seen seenNow(Query query) {
    ObjectNode page = page(query, Marks.NONE);
    return new Seen(page.put("seq", rows.changes()), rows.changes());
  }

  /**
   * Corrects rows that are open by their folders but whose jobs have left this node: nothing is
   * written to these folders any more. Guarded by the index, except {@link #look}.
   */
  private static final class RowsElsewhere {
    private static final Logger LOG = LoggerFactory.getLogger(RowsElsewhere.class);

    /** Milliseconds between two looks for each thousand of open runs. */
    private static final long PAUSE_MS = 30;

    private final JobLocations places;
    private final Clock clock;
    private final IndexedRows rows;

    /** Jobs that the store does not know and never will. */
    private final Set<String> unknown = new HashSet<>();

    private long nextLook;

    RowsElsewhere(JobLocations places, Clock clock, IndexedRows rows) {
      this.places = places;
      this.clock = clock;
      this.rows = rows;
    }

    String self() {
      return places.self();
    }

    /** The rows whose jobs must be looked up in the store; none at a node that has all of them. */
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
      if (isHere && row.elsewhere() != null) { // the job has come back
        rows.put(row.at(null));
      }
      return !isHere;
    }

    /**
     * The states of the jobs of these rows; null while they cannot be read. Blocks, so it must be
     * called without the lock.
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
     * @param standing the result of {@link #look} for these rows
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

  /** Keeps rows equal to the folders of their runs. Guarded by the index. */
  private static final class FolderRows {
    /** Folders made within this time of each other may have the same modification time. */
    private static final Duration CLOCK_TICK = Duration.ofMillis(50);

    /**
     * Milliseconds between two scans of all folders for each thousand of runs: about twenty times
     * as long as a scan takes.
     */
    private static final long PAUSE_MS = 30;

    private final RunStore store;
    private final Clock clock;
    private final IndexedRows rows;
    private final Set<String> touched = ConcurrentHashMap.newKeySet();

    /** Runs without a folder until their first reader, not yet among the rows. */
    private final Queue<OnDemandRuns.Shown> unread = new ConcurrentLinkedQueue<>();

    private boolean knowsUnread;
    private FileTime scanned;
    private long nextScan;

    FolderRows(RunStore store, Clock clock, IndexedRows rows) {
      this.store = store;
      this.clock = clock;
      this.rows = rows;
    }

    /** Subscribes to the writes of this process. */
    void listen() {
      store.onChange(touched::add);
      store.onUnread(unread::add);
    }

    void update() {
      if (!knowsUnread) {
        store.unread().each(unread::add);
        knowsUnread = true;
      }
      for (OnDemandRuns.Shown run = unread.poll(); run != null; run = unread.poll()) {
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
        changed.remove(); // before the root is read: later changes are found by the next scan
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

    /**
     * The row as it is now, or null when the run is gone. A row without a folder stays as it is.
     */
    RunRow refresh(String runId) {
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

  /** The rows of all runs by id and by place. Guarded by the index. */
  private static final class IndexedRows {
    private final Clock clock;
    private final Map<String, RunRow> rows = new HashMap<>();

    /** Concurrent: readers iterate while rows are replaced. */
    private final NavigableMap<Place, RunRow> order = new ConcurrentSkipListMap<>();

    /** Ids of open runs. */
    private final Set<String> open = new HashSet<>();

    /** Ids of runs whose jobs other nodes have. */
    private final Set<String> elsewhere = new HashSet<>();

    private long changes;

    IndexedRows(Clock clock) {
      this.clock = clock;
      this.changes = clock.millis();
    }

    int size() {
      return rows.size();
    }

    RunRow get(String runId) {
      return rows.get(runId);
    }

    List<RunRow> open() {
      return open.stream().map(rows::get).toList();
    }

    /** The number of rows of jobs that other nodes have. */
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
     * @param place null for all rows
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

    /** Grows whenever a row changes. */
    long changes() {
      return changes;
    }

    /** Numbers are times, so they also grow across restarts of the server. */
    private void noteChange(boolean isChange) {
      changes = isChange ? Math.max(changes + 1, clock.millis()) : changes;
    }
  }

  /**
   * Where the jobs of this node's run folders are now, according to the store of jobs. Thread-safe.
   */
  public interface JobLocations {
    /** For a process that does not reach the store of jobs: only the folders are known. */
    JobLocations UNKNOWN =
        new JobLocations() {
          @Override
          public String self() {
            return "";
          }

          @Override
          public boolean isHere(String jobId) {
            return true;
          }

          @Override
          public Map<String, Standing> standing(Collection<String> jobIds) {
            return Map.of();
          }
        };

    /**
     * The committed state of a job.
     *
     * @param owner the node that has the job, or had it when it ended
     * @param endedAt empty while the job is open
     */
    record Standing(String owner, String runId, String status, String endedAt) {}

    /** This node as an owner of jobs. */
    String self();

    /** Whether this node works on the job. Not blocking. */
    boolean isHere(String jobId);

    /**
     * The states of these jobs by id; jobs that the store does not know are absent. Blocking.
     *
     * @throws io.mirrorneuron.model.MnException UNAVAILABLE while the store is away
     */
    Map<String, Standing> standing(Collection<String> jobIds);
  }
}
