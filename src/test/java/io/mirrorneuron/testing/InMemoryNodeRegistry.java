package io.mirrorneuron.testing;

import io.mirrorneuron.model.Lifetime;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Owners live until they leave, or by a clock of its own. */
public final class InMemoryNodeRegistry implements NodeRegistry {
  private final Stored stored;
  private final Lifetime lifetime;
  private final Map<String, Long> ends;
  private final Map<String, String> addresses;
  private final Map<String, String> reported = new HashMap<>();
  private final LongSupplier clock;
  private final Map<String, Supplier<String>> describing = new HashMap<>();
  private final Map<String, String> records;
  private final Map<String, Long> deaths;
  private boolean sawOthers;
  private boolean hasMetOthers;
  private long known = Long.MAX_VALUE;
  private Set<String> seen = Set.of();

  /** One in which no time passes. */
  public InMemoryNodeRegistry() {
    this(() -> 0);
  }

  /**
   * @param clock in milliseconds
   */
  public InMemoryNodeRegistry(LongSupplier clock) {
    this(new Stored(), clock, Lifetime.DEFAULT);
  }

  private InMemoryNodeRegistry(Stored stored, LongSupplier clock, Lifetime lifetime) {
    this.stored = stored;
    this.clock = clock;
    this.lifetime = lifetime;
    this.ends = stored.ends;
    this.addresses = stored.addresses;
    this.records = stored.records;
    this.deaths = stored.deaths;
  }

  /**
   * What all objects on one store share.
   *
   * @param kept the lifetime of all; 0 when none is written down
   * @param hearing by owner
   */
  private record Stored(
      Map<String, Long> ends,
      Map<String, String> addresses,
      Map<String, String> records,
      Map<String, Long> deaths,
      AtomicLong departures,
      AtomicLong kept,
      Map<String, Runnable> hearing) {
    Stored() {
      this(
          new HashMap<>(),
          new HashMap<>(),
          new HashMap<>(),
          new LinkedHashMap<>(),
          new AtomicLong(),
          new AtomicLong(),
          new LinkedHashMap<>());
    }
  }

  /** Another object on the same store. */
  public InMemoryNodeRegistry beside(Lifetime other) {
    return new InMemoryNodeRegistry(stored, clock, other);
  }

  /** As after heartbeats of a version that wrote down no lifetime. */
  public void forgetLifetime() {
    stored.kept.set(0);
  }

  @Override
  public Lifetime lifetime() {
    return lifetime;
  }

  @Override
  public synchronized void onChange(String owner, Runnable hears) {
    stored.hearing.put(owner, hears);
  }

  /** All but the owner hear that it has come or gone. */
  private void tellOf(String owner) {
    Map.copyOf(stored.hearing)
        .forEach(
            (other, hears) -> {
              if (!other.equals(owner)) {
                hears.run();
              }
            });
  }

  private void dropDead() {
    List<String> dead =
        ends.keySet().stream().filter(owner -> ends.get(owner) <= clock.getAsLong()).toList();
    for (String owner : dead) {
      deaths.put(owner, clock.getAsLong());
      stored.departures.incrementAndGet();
    }
    ends.keySet().removeAll(dead);
    addresses.keySet().retainAll(ends.keySet());
    if (!dead.isEmpty()) {
      tellOf("");
    }
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
    boolean lapsed = ends.put(owner, clock.getAsLong() + lifetime.ms()) == null;
    stored.kept.compareAndSet(0, lifetime.ms());
    if (reported.containsKey(owner)) {
      addresses.put(owner, reported.get(owner));
    }
    deaths.remove(owner);
    if (sawOthers && describing.containsKey(owner)) {
      records.put(owner, describing.get(owner).get());
    }
    sawOthers = ends.size() > 1;
    hasMetOthers |= sawOthers || !lapsed && stored.departures.get() > known;
    known = stored.departures.get();
    seen = Set.copyOf(ends.keySet());
    if (lapsed) {
      tellOf(owner);
    }
    return CompletableFuture.completedFuture(new Beat(lapsed, seen, known));
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
      List<String> others = ends.keySet().stream().filter(other -> !other.equals(owner)).toList();
      long kept = stored.kept.get() == 0 ? Lifetime.DEFAULT.ms() : stored.kept.get();
      if (!others.isEmpty() && kept != lifetime.ms()) {
        return CompletableFuture.failedFuture(
            lifetime.refused(
                NodeRegistry.nameOf(owner),
                kept,
                others.stream().map(NodeRegistry::nameOf).sorted().toList()));
      }
      stored.kept.set(lifetime.ms());
      deaths.remove(owner);
      ends.put(owner, clock.getAsLong() + lifetime.ms());
      tellOf(owner);
    }
    return CompletableFuture.completedFuture(holder);
  }

  @Override
  public synchronized CompletionStage<Void> leave(String owner) {
    stored.hearing.remove(owner);
    ends.remove(owner);
    stored.departures.incrementAndGet();
    deaths.put(owner, clock.getAsLong());
    addresses.remove(owner);
    tellOf(owner);
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
            .filter(reported -> ends.containsKey(reported.getKey()))
            .map(reported -> new Described(reported.getKey(), reported.getValue(), true));
    Stream<Described> dead =
        deaths.keySet().stream()
            .map(owner -> new Described(owner, records.getOrDefault(owner, ""), false));
    return CompletableFuture.completedFuture(Stream.concat(living, dead).toList());
  }

  @Override
  public synchronized CompletionStage<Void> tell(String owner, String address) {
    reported.put(owner, address);
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
            ? OptionalLong.of(clock.getAsLong() + lifetime.ms() - ends.get(owner))
            : OptionalLong.empty());
  }

  @Override
  public synchronized CompletionStage<Set<String>> living() {
    dropDead();
    seen = Set.copyOf(ends.keySet());
    return CompletableFuture.completedFuture(seen);
  }
}
