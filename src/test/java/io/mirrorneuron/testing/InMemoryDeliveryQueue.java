package io.mirrorneuron.testing;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.DeliveryQueue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** Deliveries in lists, by a clock that a test turns. */
public final class InMemoryDeliveryQueue implements DeliveryQueue {
  private static final long NOT = Long.MAX_VALUE;

  private static final class Item {
    private final Delivery delivery;
    private int tries;
    private String note = "";
    private String why = "";

    Item(Delivery delivery) {
      this.delivery = delivery;
    }

    long bytes() {
      return delivery.body().getBytes(StandardCharsets.UTF_8).length;
    }
  }

  private static final class Queue {
    private final List<Item> pending = new ArrayList<>();
    private final List<Item> dead = new ArrayList<>();
    private final List<Item> done = new ArrayList<>();
    private final Set<String> seen = new LinkedHashSet<>();
    private String disabled = "";
    private long due = NOT;
    private long delivered;
    private long dropped;

    Item head() {
      return pending.isEmpty() ? null : pending.getFirst();
    }
  }

  private final Room room;
  private final LongSupplier clock;
  private final Map<String, Queue> queues = new LinkedHashMap<>();

  /** The term of the leader, which others than 0 are compared with. */
  public volatile long term;

  public InMemoryDeliveryQueue(Room room, LongSupplier clock) {
    this.room = room;
    this.clock = clock;
  }

  private static <T> CompletionStage<T> now(T value) {
    return CompletableFuture.completedFuture(value);
  }

  @Override
  public synchronized CompletionStage<Void> open(String target) {
    queues.putIfAbsent(target, new Queue());
    return now(null);
  }

  @Override
  public synchronized CompletionStage<Void> forget(String target) {
    queues.remove(target);
    return now(null);
  }

  @Override
  public synchronized CompletionStage<Integer> add(
      Delivery delivery, String overflow, Collection<String> targets) {
    int added = 0;
    for (String target : targets) {
      Queue queue = queues.get(target);
      if (queue != null && queue.disabled.isEmpty() && isNew(queue, delivery.id())) {
        add(queue, new Item(delivery), overflow);
        added++;
      }
    }
    return now(added);
  }

  private static boolean isNew(Queue queue, String id) {
    return !queue.seen.contains(id)
        && find(queue.pending, id) == null
        && find(queue.dead, id) == null;
  }

  private static Item find(List<Item> items, String id) {
    return items.stream().filter(item -> item.delivery.id().equals(id)).findFirst().orElse(null);
  }

  private void add(Queue queue, Item item, String overflow) {
    queue.pending.add(item);
    queue.seen.add(item.delivery.id());
    while (queue.seen.size() > room.seen()) {
      queue.seen.remove(queue.seen.iterator().next());
    }
    if (queue.pending.size() == 1) {
      turn(queue);
    }
    while (queue.pending.size() > 2 && isTooMuch(queue.pending)) {
      bury(queue, queue.pending.get(1), overflow);
    }
  }

  private boolean isTooMuch(List<Item> items) {
    return items.size() > room.deliveries()
        || items.stream().mapToLong(Item::bytes).sum() > room.bytes();
  }

  private void bury(Queue queue, Item item, String why) {
    queue.pending.remove(item);
    item.why = why;
    queue.dead.add(item);
    while (queue.dead.size() > 1 && isTooMuch(queue.dead)) {
      queue.dead.removeFirst();
      queue.dropped++;
    }
  }

  private void turn(Queue queue) {
    queue.due = queue.pending.isEmpty() || !queue.disabled.isEmpty() ? NOT : clock.getAsLong();
  }

  @Override
  public synchronized CompletionStage<List<Head>> due(int limit) {
    return now(
        queues.entrySet().stream()
            .filter(entry -> entry.getValue().due <= clock.getAsLong())
            .sorted(Comparator.comparingLong(entry -> entry.getValue().due))
            .limit(limit)
            .map(entry -> head(entry.getKey(), entry.getValue()))
            .toList());
  }

  private static Head head(String target, Queue queue) {
    return new Head(target, queue.head().delivery, queue.head().tries);
  }

  @Override
  public synchronized CompletionStage<Optional<Head>> head(String target) {
    return now(
        Optional.ofNullable(queues.get(target))
            .filter(queue -> queue.due <= clock.getAsLong())
            .map(queue -> head(target, queue)));
  }

  private boolean isLate(long by) {
    return by != 0 && by != term;
  }

  private static <T> CompletionStage<T> refused() {
    return CompletableFuture.failedFuture(
        MnException.unavailable("another server leads by now", null));
  }

  @Override
  public synchronized CompletionStage<Boolean> begin(long by, Head head, long aloneMs) {
    if (isLate(by)) {
      return refused();
    }
    Queue queue = queues.get(head.target());
    if (!isHead(queue, head, head.tries()) || !queue.disabled.isEmpty()) {
      return now(false);
    }
    queue.head().tries++;
    queue.due = clock.getAsLong() + aloneMs;
    return now(true);
  }

  private static boolean isHead(Queue queue, Head head, int tries) {
    return queue != null
        && queue.head() != null
        && queue.head().delivery.id().equals(head.delivery().id())
        && queue.head().tries == tries;
  }

  @Override
  public synchronized CompletionStage<Boolean> settle(long by, Head head, Verdict verdict) {
    if (isLate(by)) {
      return refused();
    }
    Queue queue = queues.get(head.target());
    if (!isHead(queue, head, head.tries() + 1)) {
      return now(false);
    }
    Item item = queue.head();
    item.note = verdict.note();
    switch (verdict.fate()) {
      case RETRY -> queue.due = clock.getAsLong() + verdict.delayMs();
      case DISABLED -> {
        queue.disabled = verdict.why();
        queue.due = NOT;
      }
      case DEAD -> {
        bury(queue, item, verdict.why());
        turn(queue);
      }
      case DELIVERED -> {
        queue.pending.remove(item);
        queue.delivered++;
        queue.done.addFirst(item);
        while (queue.done.size() > room.delivered()) {
          queue.done.removeLast();
        }
        turn(queue);
      }
    }
    return now(true);
  }

  @Override
  public synchronized CompletionStage<List<Entry>> list(String target, State state, int limit) {
    Queue queue = queues.getOrDefault(target, new Queue());
    List<Item> items =
        switch (state) {
          case PENDING -> queue.pending;
          case DEAD -> queue.dead.reversed();
          case DELIVERED -> queue.done;
        };
    return now(items.stream().limit(limit).map(item -> entry(queue, item, state)).toList());
  }

  private static Entry entry(Queue queue, Item item, State state) {
    boolean isNext = state == State.PENDING && item == queue.head() && queue.due != NOT;
    return new Entry(
        item.delivery.id(),
        item.delivery.about(),
        item.tries,
        item.note,
        item.why,
        isNext ? queue.due : 0);
  }

  @Override
  public synchronized CompletionStage<Overview> overview(String target) {
    Queue queue = queues.getOrDefault(target, new Queue());
    return now(
        new Overview(
            queue.disabled,
            queue.pending.size(),
            queue.dead.size(),
            queue.delivered,
            queue.dropped));
  }

  @Override
  public synchronized CompletionStage<Integer> replay(String target, String id) {
    Queue queue = queues.getOrDefault(target, new Queue());
    int count = 0;
    for (Item item : List.copyOf(queue.dead)) {
      boolean isMeant = id.isEmpty() || item.delivery.id().equals(id);
      if (isMeant && queue.pending.size() < room.deliveries()) {
        queue.dead.remove(item);
        item.tries = 0;
        item.why = "";
        queue.pending.add(item);
        count++;
        if (queue.pending.size() == 1) {
          turn(queue);
        }
      }
    }
    return now(count);
  }

  @Override
  public synchronized CompletionStage<Boolean> enable(String target) {
    Queue queue = queues.get(target);
    boolean was = queue != null && !queue.disabled.isEmpty();
    if (was) {
      queue.disabled = "";
      if (queue.head() != null) {
        queue.head().tries = 0;
      }
      turn(queue);
    }
    return now(was);
  }
}
