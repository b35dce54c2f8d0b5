package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open requests of all open runs, in memory. What this process writes is here at once, what
 * programs and other processes write within a second. A page costs what is on it. Thread-safe.
 */
public final class HumanInbox {
  private static final Logger LOG = LoggerFactory.getLogger(HumanInbox.class);
  private static final long STALE_MS = 1000;

  /** A folder's time is this exact at worst: what is made right after it may bear the same. */
  private static final long SETTLED_MS = 2000;

  /** A request in its run. */
  record Item(String runId, String blueprintId, HumanRequest request) {}

  /** Its place in an order. */
  private record Place(long rank, String runId, String requestId) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparingLong(Place::rank)
            .thenComparing(Place::runId)
            .thenComparing(Place::requestId);

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  private final RunStore store;
  private final HumanLogs logs;
  private final Clock clock;
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final NavigableMap<Place, Item> newest = new ConcurrentSkipListMap<>();
  private final NavigableMap<Place, Item> byDue = new ConcurrentSkipListMap<>();

  // Guarded by looking.
  private final ReentrantLock looking = new ReentrantLock();
  private final Map<String, WatchedRun> open = new HashMap<>();
  private final Map<String, List<Item>> items = new HashMap<>();
  private final Set<String> met = new HashSet<>();
  private long rootSeen = -1;
  private long lookedAt;

  public HumanInbox(RunStore store, HumanLogs logs, Clock clock) {
    this.store = store;
    this.logs = logs;
    this.clock = clock;
    store.onChange(changed::add);
  }

  /**
   * What to list.
   *
   * @param status {@code pending} (all that is open), {@code claimed} or {@code overdue}
   * @param due whether by due time, earliest first; else newest first
   * @param cursor where the page before ended, or null
   * @param by who has claimed; this and the ids null for everyone and everything
   */
  record Query(
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

  /** {@code {data: [request with run_id, blueprint_id], next: cursor or null}}. */
  ObjectNode page(Query query) {
    lookBriefly();
    Instant now = clock.instant();
    NavigableMap<Place, Item> order = query.due() ? byDue : newest;
    ObjectNode page = Json.object();
    ArrayNode data = page.putArray("data");
    Place last = null;
    for (var entry : query.cursor() == null ? order.entrySet() : after(order, query.cursor())) {
      if (!query.takes(entry.getValue(), now)) {
        continue;
      }
      if (data.size() == query.limit()) {
        return page.put("next", cursor(last));
      }
      data.add(json(entry.getValue(), now));
      last = entry.getKey();
    }
    return page.putNull("next");
  }

  /**
   * All of one run, also of one that has ended: {@code {run_id, data, requests}}.
   *
   * @param status see {@link HumanList#of}
   */
  ObjectNode ofRun(String runId, String status) {
    return HumanList.of(runId, logs.look(store.find(runId)), status, clock.instant());
  }

  private static Set<Map.Entry<Place, Item>> after(NavigableMap<Place, Item> order, String cursor) {
    return order.tailMap(place(cursor), false).entrySet();
  }

  private static ObjectNode json(Item item, Instant now) {
    ObjectNode json = Json.object().put("run_id", item.runId());
    json.put("blueprint_id", item.blueprintId());
    return json.setAll(HumanView.request(item.request(), now));
  }

  /** Requests whose time is over, the most overdue first. */
  List<Item> overdue() {
    Instant now = clock.instant();
    return byDue.headMap(new Place(now.toEpochMilli() + 1, "", ""), false).values().stream()
        .filter(item -> item.request().isOverdue(now))
        .toList();
  }

  /** A reader does not wait for the first look at many runs, which takes long. */
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
   * Looks at all open runs, and for new ones.
   *
   * @return the runs that were looked at; at first all that there are
   */
  Set<String> lookEverywhere() {
    looking.lock();
    try {
      return look(true);
    } finally {
      looking.unlock();
    }
  }

  /** Looks at what has changed; from time to time, or when asked to, at everything. */
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

  /** Folders that were not there before; the root is only listed when it has changed. */
  private List<String> newRuns(long now) {
    long modified = store.root().toFile().lastModified();
    if (modified == rootSeen) {
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
      return found;
    } catch (IOException e) {
      LOG.warn("The runs cannot be listed", e);
      return List.of();
    }
  }

  private void look(String id) {
    WatchedRun run = open.get(id);
    if (run == null) {
      if (!store.has(id)) {
        return;
      }
      var folder = store.find(id);
      run = new WatchedRun(folder, logs.of(folder));
    }
    if (run.isOver()) {
      open.remove(id);
      show(id, List.of());
      return;
    }
    open.put(id, run);
    if (run.hasNews()) {
      WatchedRun its = run;
      show(
          id,
          run.state().requests().values().stream()
              .filter(HumanRequest::isOpen)
              .map(request -> new Item(id, blueprint(request, its), request))
              .toList());
    }
  }

  private static String blueprint(HumanRequest request, WatchedRun run) {
    String named = request.question().blueprintId();
    return named == null ? run.blueprintId() : named;
  }

  private void show(String runId, List<Item> now) {
    List<Item> before = now.isEmpty() ? items.remove(runId) : items.put(runId, now);
    Set<Place> gone = new HashSet<>();
    if (before != null) {
      before.forEach(item -> gone.addAll(List.of(age(item), due(item))));
    }
    for (Item item : now) {
      newest.put(age(item), item);
      byDue.put(due(item), item);
      gone.removeAll(List.of(age(item), due(item)));
    }
    gone.forEach(newest::remove);
    gone.forEach(byDue::remove);
  }

  private static Place age(Item item) {
    Instant asked = item.request().question().askedAt();
    return place(asked == null ? Long.MAX_VALUE : -asked.toEpochMilli(), item);
  }

  private static Place due(Item item) {
    Instant due = item.request().question().dueAt();
    return place(due == null ? Long.MAX_VALUE : due.toEpochMilli(), item);
  }

  private static Place place(long rank, Item item) {
    return new Place(rank, item.runId(), item.request().id());
  }

  private static String cursor(Place place) {
    String text = place.rank() + " " + place.runId() + " " + place.requestId();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Place place(String cursor) {
    try {
      String[] parts =
          new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split(" ", 3);
      return new Place(Long.parseLong(parts[0]), parts[1], parts[2]);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new MnException(ErrorCode.MALFORMED, "invalid_cursor", "invalid cursor");
    }
  }
}
