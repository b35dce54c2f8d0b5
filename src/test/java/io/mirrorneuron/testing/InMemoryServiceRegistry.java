package io.mirrorneuron.testing;

import io.mirrorneuron.store.DeploymentRoles;
import io.mirrorneuron.store.ServiceRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Instances in a map, of jobs and owners that a test names. */
public final class InMemoryServiceRegistry implements ServiceRegistry, DeploymentRoles {
  private record Key(String name, String id) {}

  private record Held(Claim claim, String document) {}

  private record Left(Claim claim, String document, long until) {}

  private final Map<Key, Held> records = new HashMap<>();
  private final Map<Key, Left> left = new HashMap<>();
  private final LongSupplier clock;
  private final Function<String, Long> epochs;
  private final Predicate<String> lives;
  private final Map<String, Long> openJobs = new HashMap<>();
  private final Set<String> living = new HashSet<>();
  private final Map<String, String> roles = new HashMap<>();
  private int writes;
  private boolean broken;

  public InMemoryServiceRegistry() {
    this.clock = System::currentTimeMillis;
    this.epochs = openJobs::get;
    this.lives = living::contains;
  }

  /**
   * One of jobs and owners that others know.
   *
   * @param clock milliseconds since the epoch
   * @param epochs of open jobs; null for others
   * @param lives whether an owner does
   */
  public InMemoryServiceRegistry(
      LongSupplier clock, Function<String, Long> epochs, Predicate<String> lives) {
    this.clock = clock;
    this.epochs = epochs;
    this.lives = lives;
  }

  /** The job is open in this epoch from now on. */
  public synchronized void open(String jobId, long epoch) {
    openJobs.put(jobId, epoch);
  }

  public synchronized void end(String jobId) {
    openJobs.remove(jobId);
  }

  public synchronized void live(String owner) {
    living.add(owner);
  }

  public synchronized void die(String owner) {
    living.remove(owner);
  }

  /** Writes throw from now on. */
  public synchronized void breakDown() {
    broken = true;
  }

  /** How many calls have written. */
  public synchronized int writes() {
    return writes;
  }

  /** How many records there are, told or not. */
  public synchronized int size() {
    return records.size() + left.size();
  }

  private boolean isCurrent(Claim claim) {
    Long epoch = epochs.apply(claim.jobId());
    return epoch != null && epoch == claim.epoch();
  }

  @Override
  public synchronized CompletionStage<Boolean> put(
      Claim claim, String name, String id, String document) {
    if (broken) {
      throw new IllegalStateException("broken");
    }
    boolean current = isCurrent(claim);
    if (current) {
      writes++;
      records.put(new Key(name, id), new Held(claim, document));
    }
    return CompletableFuture.completedFuture(current);
  }

  @Override
  public synchronized CompletionStage<Boolean> remove(Claim claim, String name, String id) {
    Held held = records.get(new Key(name, id));
    boolean mine = held == null || held.claim().epoch() <= claim.epoch();
    if (mine) {
      writes++;
      records.remove(new Key(name, id));
    }
    return CompletableFuture.completedFuture(mine);
  }

  @Override
  public synchronized CompletionStage<Boolean> leave(
      Claim claim, String name, String id, long forMs) {
    Key key = new Key(name, id);
    Held held = records.get(key);
    boolean isReported = held != null && held.claim().equals(claim) && isCurrent(claim);
    if (isReported) {
      left.put(key, new Left(claim, held.document(), clock.getAsLong() + forMs));
    }
    return CompletableFuture.completedFuture(isReported);
  }

  @Override
  public synchronized CompletionStage<Void> supersede(Claim claim, String name, String id) {
    Left one = left.get(new Key(name, id));
    if (one != null && one.claim().epoch() <= claim.epoch()) {
      left.remove(new Key(name, id));
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<Void> forget(String owner) {
    left.values().removeIf(one -> one.claim().owner().equals(owner));
    return CompletableFuture.completedFuture(null);
  }

  /** Owners of what is told of a service. */
  public synchronized List<String> owners(String name) {
    return current(name).values().stream().map(Claim::owner).toList();
  }

  @Override
  public synchronized CompletionStage<Long> leftUnder(String jobId, String name, String id) {
    Left one = left.get(new Key(name, id));
    return CompletableFuture.completedFuture(one != null && lasts(one) ? one.claim().epoch() : 0L);
  }

  private boolean lasts(Left one) {
    Long epoch = epochs.apply(one.claim().jobId());
    return epoch != null && epoch >= one.claim().epoch() && clock.getAsLong() < one.until();
  }

  @Override
  public synchronized CompletionStage<List<RegisteredDocument>> named(String name) {
    return reported(name);
  }

  @Override
  public synchronized CompletionStage<List<RegisteredDocument>> all() {
    return reported(null);
  }

  private CompletionStage<List<RegisteredDocument>> reported(String name) {
    return CompletableFuture.completedFuture(
        current(name).entrySet().stream()
            .map(one -> new RegisteredDocument(one.getKey(), roles.get(one.getValue().jobId())))
            .toList());
  }

  /** What is told, by what it tells, with whose it is. */
  private Map<String, Claim> current(String name) {
    Map<Key, Held> reported = new HashMap<>();
    records.forEach(
        (key, held) -> {
          if (isCurrent(held.claim()) && lives.test(held.claim().owner())) {
            reported.put(key, held);
          }
        });
    left.forEach(
        (key, one) -> {
          if (lasts(one) && lives.test(one.claim().owner())) {
            reported.put(key, new Held(one.claim(), one.document()));
          }
        });
    return reported.entrySet().stream()
        .filter(one -> name == null || one.getKey().name().equals(name))
        .map(Map.Entry::getValue)
        .collect(Collectors.toMap(Held::document, Held::claim));
  }

  @Override
  public synchronized CompletionStage<Void> candidate(String jobId) {
    roles.putIfAbsent(jobId, CANDIDATE);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<Boolean> replace(String oldJob, String newJob) {
    boolean may = roles.getOrDefault(newJob, CANDIDATE).equals(CANDIDATE);
    if (may) {
      roles.put(newJob, PRIMARY);
      roles.put(oldJob, RETIRED);
    }
    return CompletableFuture.completedFuture(may);
  }

  @Override
  public synchronized CompletionStage<Integer> sweep() {
    int before = size();
    records.values().removeIf(held -> !isCurrent(held.claim()));
    left.values().removeIf(one -> !lasts(one));
    return CompletableFuture.completedFuture(before - size());
  }
}
