package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.HumanRequest.HumanType;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.FileState;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.run.human.OpenRequests.Item;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open requests of all open runs, in memory. Writes of this process appear at once, writes of
 * programs and other processes within a second. A page costs only its own entries. Thread-safe.
 */
public final class HumanInbox {
  private static final Logger LOG = LoggerFactory.getLogger(HumanInbox.class);
  private static final long STALE_MS = 1000;

  /**
   * Coarsest resolution of a folder's modification time: changes within it may not change the time.
   */
  private static final long SETTLED_MS = 2000;

  /**
   * Milliseconds between two looks for new folders for each thousand of runs: about twenty times as
   * long as a look takes. This process announces its own folders.
   */
  private static final long PAUSE_MS = 15;

  private final RunStore store;
  private final HumanLogs logs;
  private final Clock clock;
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final OpenRequests requests = new OpenRequests();

  // guarded by looking
  private final ReentrantLock looking = new ReentrantLock();
  private final Map<String, WatchedRun> open = new HashMap<>();
  private final Set<String> met = new HashSet<>();
  private long rootSeen = -1;
  private long nextListing;
  private long lookedAt;

  public HumanInbox(RunStore store, HumanLogs logs, Clock clock) {
    this.store = store;
    this.logs = logs;
    this.clock = clock;
    store.onChange(changed::add);
  }

  /**
   * A filter for requests.
   *
   * @param status {@code pending} (all open requests), {@code claimed} or {@code overdue}
   * @param due whether by due time, earliest first; else newest first
   * @param cursor where the page before ended, or null
   * @param by who has claimed; null, as for the ids, matches all
   */
  public record Query(
      String status,
      boolean due,
      int limit,
      String cursor,
      String runId,
      String blueprintId,
      String by) {

    private boolean takes(Item item, Instant now) {
      HumanRequest.Claim claim = item.request().claimAt(now);
      return item.request().is(status, now)
          && (runId == null || runId.equals(item.runId()))
          && (blueprintId == null || blueprintId.equals(item.blueprintId()))
          && (by == null || claim != null && claim.by().is(by));
    }
  }

  /**
   * Returns {@code {data: [request with run_id, blueprint_id], next: cursor or null}}. Excludes
   * requests of jobs that were answered before the call, also when an earlier process took the
   * answer.
   */
  public ObjectNode page(Query query) {
    lookBriefly();
    List<String> written = store.catchUp(requests.runsOfJobs());
    if (!written.isEmpty()) {
      changed.addAll(written);
      lookBriefly();
    }
    Instant now = clock.instant();
    ObjectNode page = Json.object();
    ArrayNode data = page.putArray("data");
    Item last = null;
    for (Item item : requests.after(query.cursor(), query.due())) {
      if (!query.takes(item, now)) {
        continue;
      }
      if (data.size() == query.limit()) {
        return page.put("next", OpenRequests.cursor(last, query.due()));
      }
      data.add(item.json(now));
      last = item;
    }
    return page.putNull("next");
  }

  /**
   * All requests of one run, also of an ended run: {@code {run_id, data, requests}}.
   *
   * @param status see {@link HumanList#of}
   */
  public ObjectNode ofRun(String runId, String status) {
    return HumanList.of(runId, logs.look(store.find(runId)), status, clock.instant());
  }

  /** Overdue requests of programs, the most overdue first; jobs time their own requests. */
  List<Item> overdue() {
    Instant now = clock.instant();
    return requests.dueUntil(now).stream()
        .filter(item -> item.request().isOverdue(now))
        .filter(item -> !item.request().question().isOfJob())
        .toList();
  }

  /** Requests whose default is refused, whether that is recorded or not. */
  List<Item> withRefusedDefaults() {
    return requests.after(null, false).stream()
        .filter(item -> item.request().question().isDefaultRefused())
        .toList();
  }

  /** Looks for changes, but waits only briefly for the first look at many runs. */
  private void lookBriefly() {
    try {
      if (looking.tryLock(STALE_MS, TimeUnit.MILLISECONDS)) {
        try {
          look(false);
        } finally {
          looking.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Looks at all open runs, and for new runs.
   *
   * @return the runs that were looked at; the first time all runs
   */
  Set<String> lookEverywhere() {
    looking.lock();
    try {
      return look(true);
    } finally {
      looking.unlock();
    }
  }

  /** Looks at changed runs; from time to time, or on request, at all. */
  private Set<String> look(boolean everywhere) {
    long now = clock.millis();
    List<String> ids = new ArrayList<>(changed);
    changed.removeAll(ids);
    if (everywhere || now - lookedAt >= STALE_MS) {
      lookedAt = now;
      ids.addAll(newRuns(now));
      ids.addAll(open.keySet());
    }
    Set<String> each = Set.copyOf(ids);
    for (String id : each) {
      try {
        look(id);
      } catch (MnException e) {
        LOG.warn("The requests of run {} cannot be read: {}", id, e.getMessage());
      }
    }
    return each;
  }

  /** New run folders; the root is listed only when it has changed. */
  private List<String> newRuns(long now) {
    long modified = store.root().toFile().lastModified();
    if (modified == rootSeen || now < nextListing) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(store.root())) {
      Set<String> there =
          folders.map(folder -> folder.getFileName().toString()).collect(Collectors.toSet());
      List<String> found =
          there.stream().filter(id -> !met.contains(id)).filter(store::has).toList();
      met.retainAll(there);
      met.addAll(found);
      rootSeen = now - modified > SETTLED_MS ? modified : -1;
      nextListing = now + PAUSE_MS * (there.size() / 1000);
      return found;
    } catch (IOException e) {
      LOG.warn("The runs cannot be listed", e);
      return List.of();
    }
  }

  private void look(String id) {
    WatchedRun run = open.get(id);
    if (run == null) {
      RunFolder folder = store.present(id).orElse(null);
      if (folder == null) {
        return;
      }
      run = new WatchedRun(folder, logs.of(folder));
    }
    if (run.isOver()) {
      open.remove(id);
      requests.show(id, List.of());
      return;
    }
    open.put(id, run);
    if (run.hasNews()) {
      WatchedRun its = run;
      requests.show(
          id,
          run.state().requests().values().stream()
              .filter(HumanRequest::isOpen)
              .map(request -> new Item(id, its.blueprintId(request), request))
              .toList());
    }
  }

  /** The human side of one run as clients read it. Pure. */
  static final class HumanList {
    /** Statuses of requests without an answer; their records are the questions. */
    private static final Set<String> UNANSWERED =
        Set.of("pending", "claimed", "overdue", "run_over");

    private HumanList() {}

    /**
     * @param status a status of requests, or a {@code status} member of records; null for
     *     everything
     */
    static ObjectNode of(String runId, HumanState state, String status, Instant now) {
      String word = status == null ? null : status.toLowerCase(Locale.ROOT);
      ObjectNode answer = Json.object().put("run_id", runId);
      ArrayNode data = answer.putArray("data");
      state.records().stream()
          .filter(filter(state, word, now))
          .forEach(one -> data.add(HumanView.record(one)));
      ArrayNode requests = answer.putArray("requests");
      state.requests().values().stream()
          .filter(request -> word == null || request.is(word, now))
          .forEach(request -> requests.add(HumanView.request(request, now)));
      return answer;
    }

    private static Predicate<HumanRecord> filter(HumanState state, String word, Instant now) {
      if (word == null) {
        return record -> true;
      }
      if (UNANSWERED.contains(word)) {
        return record ->
            record.is(HumanType.HUMAN_INPUT_REQUESTED)
                && state.requests().containsKey(record.requestId())
                && state.requests().get(record.requestId()).is(word, now);
      }
      return word.equals("answered")
          ? record -> record.is(HumanType.HUMAN_INPUT_RECEIVED)
          : record -> record.status().equalsIgnoreCase(word);
    }
  }

  /** An open run, watched with few file accesses. Used by one thread at a time. */
  private static final class WatchedRun {
    private final RunFolder folder;
    private final HumanLog log;
    private List<FileState> seen = List.of();
    private boolean over;
    private String blueprintId;
    private HumanState state;

    WatchedRun(RunFolder folder, HumanLog log) {
      this.folder = folder;
      this.log = log;
    }

    /** Whether the run has ended or is gone. */
    boolean isOver() {
      if (!folder.path().toFile().isDirectory()) {
        return true;
      }
      List<FileState> now =
          Stream.of("job.json", "run.json")
              .map(name -> FileState.at(folder.path().resolve(name)))
              .toList();
      if (!now.equals(seen)) {
        seen = now;
        over = folder.isOver();
        if (!over) {
          blueprintId = RunHeader.ofRun(folder).or(RunHeader.ofJob(folder)).blueprintIdOrNull();
        }
      }
      return over;
    }

    /** Reads new records; returns whether there were any. */
    boolean hasNews() {
      HumanState now = log.look();
      boolean news = now != state;
      state = now;
      return news;
    }

    HumanState state() {
      return state;
    }

    String runId() {
      return folder.runId();
    }

    /** That of the request, else of its run; null when neither names one. */
    String blueprintId(HumanRequest request) {
      String named = request.question().blueprintId();
      return named == null ? blueprintId : named;
    }
  }
}
