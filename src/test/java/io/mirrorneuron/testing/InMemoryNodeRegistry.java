package io.mirrorneuron.testing;

import io.mirrorneuron.store.NodeRegistry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Owners live until they leave, or by a clock of its own. */
public final class InMemoryNodeRegistry implements NodeRegistry {
  private final Map<String, Long> ends = new HashMap<>();
  private final Map<String, String> addresses = new HashMap<>();
  private final Map<String, String> told = new HashMap<>();
  private final LongSupplier clock;
  private final Map<String, Supplier<String>> describing = new HashMap<>();
  private final Map<String, String> records = new HashMap<>();
  private final Map<String, Long> deaths = new LinkedHashMap<>();
  private boolean sawOthers;
  private boolean hasMetOthers;
  private long known = Long.MAX_VALUE;
  private long departures;
  private Set<String> seen = Set.of();

  /** One in which no time passes. */
  public InMemoryNodeRegistry() {
    this(() -> 0);
  }

  /**
   * @param clock in milliseconds
   */
  public InMemoryNodeRegistry(LongSupplier clock) {
    this.clock = clock;
  }

  private void dropDead() {
    ends.forEach(
        (owner, end) -> {
          if (end <= clock.getAsLong()) {
            deaths.put(owner, clock.getAsLong());
            departures++;
          }
        });
    ends.values().removeIf(end -> end <= clock.getAsLong());
    addresses.keySet().retainAll(ends.keySet());
  }

  @Override
  public synchronized boolean sawOthers() {
    return sawOthers;
  }

  @Override
  public synchronized boolean hasMetOthers() {
    return hasMetOthers;
  }

  @Override
  public synchronized Set<String> seen() {
    return seen;
  }

  @Override
  public synchronized CompletionStage<Beat> beat(String owner) {
    dropDead();
    boolean lapsed = ends.put(owner, clock.getAsLong() + LIFETIME_MS) == null;
    if (told.containsKey(owner)) {
      addresses.put(owner, told.get(owner));
    }
    deaths.remove(owner);
    if (sawOthers && describing.containsKey(owner)) {
      records.put(owner, describing.get(owner).get());
    }
    sawOthers = ends.size() > 1;
    hasMetOthers |= sawOthers || !lapsed && departures > known;
    known = departures;
    seen = Set.copyOf(ends.keySet());
    return CompletableFuture.completedFuture(new Beat(lapsed, seen, departures));
  }

  @Override
  public synchronized CompletionStage<Optional<Holder>> claim(String owner) {
    dropDead();
    Optional<Holder> holder =
        ends.entrySet().stream()
            .filter(other -> !other.getKey().equals(owner))
            .filter(other -> NodeRegistry.nameOf(other.getKey()).equals(NodeRegistry.nameOf(owner)))
            .map(other -> new Holder(other.getKey(), other.getValue() - clock.getAsLong()))
            .findFirst();
    if (holder.isEmpty()) {
      deaths.remove(owner);
      ends.put(owner, clock.getAsLong() + LIFETIME_MS);
    }
    return CompletableFuture.completedFuture(holder);
  }

  @Override
  public synchronized CompletionStage<Void> leave(String owner) {
    ends.remove(owner);
    departures++;
    deaths.put(owner, clock.getAsLong());
    addresses.remove(owner);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized void describe(String owner, Supplier<String> record) {
    describing.put(owner, record);
  }

  @Override
  public synchronized CompletionStage<List<Described>> described() {
    dropDead();
    long now = clock.getAsLong();
    records.keySet().removeIf(owner -> deaths.getOrDefault(owner, now) < now - REMEMBERED_MS);
    deaths.values().removeIf(at -> at < now - REMEMBERED_MS);
    Stream<Described> living =
        records.entrySet().stream()
            .filter(told -> ends.containsKey(told.getKey()))
            .map(told -> new Described(told.getKey(), told.getValue(), true));
    Stream<Described> dead =
        deaths.keySet().stream()
            .map(owner -> new Described(owner, records.getOrDefault(owner, ""), false));
    return CompletableFuture.completedFuture(Stream.concat(living, dead).toList());
  }

  @Override
  public synchronized CompletionStage<Void> tell(String owner, String address) {
    told.put(owner, address);
    addresses.put(owner, address);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<Optional<String>> address(String owner) {
    dropDead();
    return CompletableFuture.completedFuture(Optional.ofNullable(addresses.get(owner)));
  }

  @Override
  public synchronized CompletionStage<OptionalLong> silence(String owner) {
    dropDead();
    return CompletableFuture.completedFuture(
        ends.containsKey(owner)
            ? OptionalLong.of(clock.getAsLong() + LIFETIME_MS - ends.get(owner))
            : OptionalLong.empty());
  }

  @Override
  public synchronized CompletionStage<Set<String>> living() {
    dropDead();
    seen = Set.copyOf(ends.keySet());
    return CompletableFuture.completedFuture(seen);
  }
}
