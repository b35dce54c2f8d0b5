package io.mirrorneuron.testing;

import io.mirrorneuron.store.bundle.BundleIndex;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Where bundles are, in memory; the double that all tests without Redis use. */
public class InMemoryBundleIndex implements BundleIndex {
  private static final long ARRIVAL_MS = 600_000;

  private final Clock clock;
  private final Map<String, Entry> at = new HashMap<>();
  private final Map<String, Long> used = new HashMap<>();
  private final Map<String, Arrival> arriving = new HashMap<>();
  private final Map<String, List<byte[]>> data = new HashMap<>();

  private record Arrival(long until, long bytes) {}

  /**
   * @param clock of the store
   */
  public InMemoryBundleIndex(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Optional<Entry> find(String fingerprint) {
    return Optional.ofNullable(at.get(fingerprint));
  }

  @Override
  public synchronized Optional<Entry> keep(String fingerprint) {
    Optional<Entry> known = find(fingerprint);
    if (known.isPresent()
        && known.get().place() == Place.REDIS
        && !data.containsKey(known.get().name())) {
      at.remove(fingerprint);
      return Optional.empty();
    }
    known.ifPresent(entry -> used.put(fingerprint, clock.millis()));
    return known;
  }

  @Override
  public synchronized OptionalLong reserve(String name, long bytes, long budget) {
    expire();
    long taken =
        at.values().stream()
                .filter(entry -> entry.place() == Place.REDIS)
                .mapToLong(Entry::bytes)
                .sum()
            + arriving.values().stream().mapToLong(Arrival::bytes).sum();
    if (taken + bytes > budget) {
      return OptionalLong.of(taken);
    }
    arriving.put(name, new Arrival(clock.millis() + ARRIVAL_MS, bytes));
    data.put(name, new ArrayList<>());
    return OptionalLong.empty();
  }

  private void expire() {
    arriving
        .entrySet()
        .removeIf(
            one -> {
              boolean late = one.getValue().until() <= clock.millis();
              if (late) {
                data.remove(one.getKey());
              }
              return late;
            });
  }

  @Override
  public synchronized boolean write(String name, int number, byte[] part) {
    expire();
    List<byte[]> parts = data.get(name);
    if (parts == null) {
      return false;
    }
    if (number < parts.size()) {
      parts.set(number, part);
    } else {
      parts.add(part);
    }
    return true;
  }

  @Override
  public synchronized OptionalLong put(String fingerprint, String name, byte[] whole, long budget) {
    OptionalLong taken = reserve(name, whole.length, budget);
    if (taken.isEmpty()) {
      write(name, 0, whole);
      publish(fingerprint, new Entry(whole.length, Place.REDIS, name));
    }
    return taken;
  }

  @Override
  public synchronized byte[] read(String name, int number) {
    List<byte[]> parts = data.getOrDefault(name, List.of());
    return number < parts.size() ? parts.get(number) : null;
  }

  @Override
  public synchronized Optional<Entry> publish(String fingerprint, Entry entry) {
    expire();
    arriving.remove(entry.name());
    Entry known = at.get(fingerprint);
    if (known != null && known.place() != Place.NODE) {
      data.remove(entry.name());
      return keep(fingerprint);
    }
    Entry made = entry;
    if (known != null && entry.place() == Place.NODE) {
      made =
          List.of(known.name().split(" ")).contains(entry.name())
              ? known
              : new Entry(known.bytes(), Place.NODE, known.name() + " " + entry.name());
    }
    if (made.place() == Place.REDIS && !data.containsKey(made.name())) {
      return Optional.empty();
    }
    at.put(fingerprint, made);
    return keep(fingerprint);
  }

  @Override
  public synchronized Unused unusedFor(long age) {
    long moment = clock.millis() - age;
    return new Unused(
        moment, used.keySet().stream().filter(name -> used.get(name) < moment).sorted().toList());
  }

  @Override
  public synchronized Optional<Entry> remove(String fingerprint, long moment) {
    if (!at.containsKey(fingerprint) || used.get(fingerprint) >= moment) {
      return Optional.empty();
    }
    used.remove(fingerprint);
    Entry gone = at.remove(fingerprint);
    data.remove(gone.name());
    return Optional.of(gone);
  }
}
