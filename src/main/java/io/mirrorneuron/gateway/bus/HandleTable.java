package io.mirrorneuron.gateway.bus;

import io.mirrorneuron.model.MnException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Objects that callers refer to by a handle until they release or forget them. For one event loop.
 */
final class HandleTable<T> {
  /** Longer than a connection with a slow reader may be silent. */
  private static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(300);

  private record Slot<T>(T thing, long usedAt) {}

  private final int most;
  private final Supplier<String> names;
  private final Consumer<T> release;
  private final Map<String, Slot<T>> slots = new HashMap<>();

  /**
   * @param names unguessable
   * @param release called once for each removed object
   */
  HandleTable(int most, Supplier<String> names, Consumer<T> release) {
    this.most = most;
    this.names = names;
    this.release = release;
  }

  /**
   * @throws MnException UNAVAILABLE when it is full
   */
  String put(T thing) {
    if (slots.size() >= most) {
      release.accept(thing);
      throw MnException.unavailable(
              "%d files are being sent over the bus, as many as go at once".formatted(most), null)
          .withRetryAfter(1000);
    }
    String name = names.get();
    slots.put(name, new Slot<>(thing, System.nanoTime()));
    return name;
  }

  /**
   * @throws MnException NOT_FOUND for an unknown or released handle
   */
  T get(String name) {
    Slot<T> slot = name == null ? null : slots.get(name);
    if (slot == null) {
      throw MnException.notFound("file", String.valueOf(name));
    }
    slots.put(name, new Slot<>(slot.thing(), System.nanoTime()));
    return slot.thing();
  }

  /** Idempotent. */
  void take(String name) {
    Slot<T> slot = slots.remove(name);
    if (slot != null) {
      release.accept(slot.thing());
    }
  }

  void sweep() {
    long now = System.nanoTime();
    List.copyOf(slots.entrySet()).stream()
        .filter(slot -> now - slot.getValue().usedAt() > FORGOTTEN_NANOS)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::take);
  }

  void clear() {
    List.copyOf(slots.keySet()).forEach(this::take);
  }
}
