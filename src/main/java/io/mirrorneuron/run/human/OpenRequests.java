package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * Requests in two orders, newest first and earliest due first. Any thread may read while one thread
 * changes them.
 */
final class OpenRequests {
  private final NavigableMap<Place, Item> newest = new ConcurrentSkipListMap<>();
  private final NavigableMap<Place, Item> byDue = new ConcurrentSkipListMap<>();
  private final Map<String, List<Item>> items = new HashMap<>();

  record Item(String runId, String blueprintId, HumanRequest request) {
    ObjectNode json(Instant now) {
      ObjectNode json = Json.object().put("run_id", runId).put("blueprint_id", blueprintId);
      return json.setAll(HumanView.request(request, now));
    }
  }

  /** The place of a request in an order. */
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

  /**
   * The requests behind a cursor in one of the orders.
   *
   * @param cursor null for all
   * @throws MnException MALFORMED {@code invalid_cursor}
   */
  Collection<Item> after(String cursor, boolean due) {
    NavigableMap<Place, Item> order = due ? byDue : newest;
    return (cursor == null ? order : order.tailMap(place(cursor), false)).values();
  }

  /** The runs whose jobs ask people; an answer is committed before it is in the file. */
  Set<String> runsOfJobs() {
    return newest.values().stream()
        .filter(item -> item.request().question().isOfJob())
        .map(Item::runId)
        .collect(Collectors.toSet());
  }

  /** Requests due at that time, the earliest first. */
  Collection<Item> dueUntil(Instant now) {
    return byDue.headMap(new Place(now.toEpochMilli() + 1, "", ""), false).values();
  }

  /** Replaces the requests of a run. Single-threaded. */
  void show(String runId, List<Item> now) {
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

  /**
   * The cursor behind a request.
   *
   * @param due whether in the order of due times, else of ages
   */
  static String cursor(Item item, boolean due) {
    Place place = due ? due(item) : age(item);
    return cursor(place.rank(), place.runId(), place.requestId());
  }

  static int compare(String cursor, String other) {
    return place(cursor).compareTo(place(other));
  }

  static String cursor(long rank, String runId, String requestId) {
    String text = rank + " " + runId + " " + requestId;
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
