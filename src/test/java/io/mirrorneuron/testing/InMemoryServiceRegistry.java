package io.mirrorneuron.testing;

import io.mirrorneuron.store.service.DeploymentRoles;
import io.mirrorneuron.store.service.ServiceRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Instances in a map, of jobs and owners that a test names. */
public final class InMemoryServiceRegistry implements ServiceRegistry, DeploymentRoles {
  private record Key(String name, String id) {}

  private record Held(Claim claim, String document) {}

  private final Map<Key, Held> records = new HashMap<>();
  private final Map<String, Long> openJobs = new HashMap<>();
  private final Set<String> living = new HashSet<>();
  private final Map<String, String> roles = new HashMap<>();
  private int writes;
  private boolean broken;

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
    return records.size();
  }

  private boolean isCurrent(Claim claim) {
    Long epoch = openJobs.get(claim.jobId());
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
  public synchronized CompletionStage<List<Told>> named(String name) {
    return told(name);
  }

  @Override
  public synchronized CompletionStage<List<Told>> all() {
    return told(null);
  }

  private CompletionStage<List<Told>> told(String name) {
    return CompletableFuture.completedFuture(
        records.entrySet().stream()
            .filter(entry -> name == null || entry.getKey().name().equals(name))
            .map(Map.Entry::getValue)
            .filter(held -> isCurrent(held.claim()) && living.contains(held.claim().owner()))
            .map(held -> new Told(held.document(), roles.get(held.claim().jobId())))
            .toList());
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
    int before = records.size();
    records.values().removeIf(held -> !isCurrent(held.claim()));
    return CompletableFuture.completedFuture(before - records.size());
  }
}
