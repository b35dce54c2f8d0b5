package io.mirrorneuron.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.JobPlaces.Standing;
import io.mirrorneuron.run.RunRow.Place;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

  private final RunStore store;
  private final IndexedRows rows;
  private final FolderRows folders;
  private final RowsElsewhere elsewhere;

  private RunIndex(RunStore store, JobPlaces places, Clock clock) {
    this.store = store;
    this.rows = new IndexedRows(clock);
    this.folders = new FolderRows(store, clock, rows);
    this.elsewhere = new RowsElsewhere(places, clock, rows);
  }

  /** An index of the store, which reads what there is in the background; lists wait for that. */
  public static RunIndex of(RunStore store, Clock clock) {
    return of(store, JobPlaces.UNKNOWN, clock);
  }

  /**
   * The same, true also to jobs that other nodes have by now.
   *
   * @param places where jobs are
   */
  public static RunIndex of(RunStore store, JobPlaces places, Clock clock) {
    RunIndex index = new RunIndex(store, places, clock);
    index.folders.listen();
    Thread.ofVirtual().name("run index").start(index::fill);
    return index;
  }

  /** The first list tries again. */
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
   * Which runs are wanted; empty texts and null do not matter.
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
      return (status.isEmpty() || status.equalsIgnoreCase(row.told()))
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
   *     {@code total} counts all runs that fit the filters
   * @throws MnException INVALID for a cursor that is none
   */
  public ObjectNode list(Query query) {
    return list(query, Marks.NONE);
  }

  /**
   * One page of this node for a list of what all nodes have. Rows of jobs that other nodes have are
   * in it besides, and {@code total} does not count them.
   */
  public ObjectNode list(Query query, Marks marks) {
    store.catchUp();
    correct();
    return page(query, marks);
  }

  /**
   * Names of members for those who make one list of the pages of all nodes.
   *
   * @param place of a row: the cursor behind it
   * @param owner of a row: the other node that has its job
   * @param node of a page: the node whose page it is
   */
  public record Marks(String place, String owner, String node) {
    /** For lists of one node. */
    static final Marks NONE = new Marks("", "", "");
  }

  /** As the list has the places that the cursors name. */
  public static int compare(String cursor, String other) {
    return Place.at(cursor).compareTo(Place.at(other));
  }

  /**
   * One run as lists tell it.
   *
   * @throws MnException MALFORMED {@code invalid run id}, NOT_FOUND {@code run not found}
   */
  public ObjectNode row(String runId) {
    String found = store.find(runId).runId();
    correct();
    RunRow row = refreshed(found);
    if (row == null) { // it has been removed meanwhile
      throw new MnException(ErrorCode.NOT_FOUND, "run_not_found", "run not found");
    }
    return row.json(store.root(), Marks.NONE);
  }

  private synchronized RunRow refreshed(String runId) {
    return folders.refresh(runId);
  }

  /** Blocks while the store is asked for jobs that are not here any more. */
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
   * A page and the state of the index that it shows.
   *
   * @param json as {@link #list} gives it, with {@code seq}
   * @param seq greater whenever a row of any run has changed, also of one that the page does not
   *     show, and when the server has been restarted
   */
  public record Seen(ObjectNode json, long seq) {}

  /** The page as it is now. */
  public Seen seen(Query query) {
    correct();
    return seenNow(query);
  }

  private synchronized Seen seenNow(Query query) {
    ObjectNode page = page(query, Marks.NONE);
    return new Seen(page.put("seq", rows.changes()), rows.changes());
  }
}
