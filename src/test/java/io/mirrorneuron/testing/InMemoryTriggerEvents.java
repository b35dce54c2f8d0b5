package io.mirrorneuron.testing;

import io.mirrorneuron.store.TriggerEventStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Events in a list, newest first. Seals hold for ever. */
public final class InMemoryTriggerEvents implements TriggerEventStore {
  private record Stored(Teller teller, String document) {
    int bytes() {
      return document.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  private final Room room;
  private final List<Stored> events = new ArrayList<>();
  private final Map<String, String> seals = new HashMap<>();

  public InMemoryTriggerEvents(Room room) {
    this.room = room;
  }

  @Override
  public synchronized CompletionStage<Optional<String>> add(
      Teller teller, String document, Seal seal) {
    String before = seal == null ? null : seals.putIfAbsent(seal.eventId(), seal.text());
    if (before == null) {
      events.addFirst(new Stored(teller, document));
      while (count(teller) > 1 && (count(teller) > room.events() || bytes(teller) > room.bytes())) {
        events.remove(of(teller).getLast());
      }
    }
    return CompletableFuture.completedStage(Optional.ofNullable(before));
  }

  private List<Stored> of(Teller teller) {
    return events.stream().filter(event -> event.teller == teller).toList();
  }

  private int count(Teller teller) {
    return of(teller).size();
  }

  private long bytes(Teller teller) {
    return of(teller).stream().mapToLong(Stored::bytes).sum();
  }

  @Override
  public synchronized CompletionStage<List<String>> newest(int limit) {
    return CompletableFuture.completedStage(
        events.stream().limit(limit).map(Stored::document).toList());
  }
}
