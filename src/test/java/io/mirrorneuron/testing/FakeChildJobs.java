package io.mirrorneuron.testing;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.runtime.local.JobIds;
import io.mirrorneuron.runtime.schedule.ChildJobs;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Jobs of schedules that a test ends. */
public final class FakeChildJobs implements ChildJobs {
  /** What was made, by id. */
  public final Map<String, Order> made = new LinkedHashMap<>();

  public final Set<String> open = new HashSet<>();

  /** Why, by id. */
  private final Map<String, String> cancelled = new LinkedHashMap<>();

  /** Fingerprint of the files of what is scheduled next; null for none. */
  public String bundle;

  /** What making a job fails with; null when it works. */
  public MnException failure;

  @Override
  public Kept keep(String schedule, Submission submission) {
    return new Kept(bundle, "nightly");
  }

  @Override
  public List<String> entrypoints(String manifest) {
    return List.of("start");
  }

  @Override
  public String jobId(String graphId, long millis, String hex) {
    return JobIds.jobId(graphId, millis, hex);
  }

  @Override
  public synchronized void make(Order order) {
    if (failure != null) {
      throw failure;
    }
    if (made.putIfAbsent(order.jobId(), order) == null) {
      open.add(order.jobId());
    }
  }

  @Override
  public synchronized Set<String> open(List<String> jobIds) {
    Set<String> found = new HashSet<>(open);
    found.retainAll(jobIds);
    return found;
  }

  /** Those that wait for a person, and what they ask. */
  public final Map<String, String> asking = new LinkedHashMap<>();

  @Override
  public synchronized Map<String, String> asking(Collection<String> jobIds) {
    Map<String, String> found = new LinkedHashMap<>(asking);
    found.keySet().retainAll(jobIds);
    return found;
  }

  @Override
  public synchronized boolean made(String jobId) {
    return made.containsKey(jobId);
  }

  @Override
  public synchronized void cancel(String jobId, String reason) {
    if (open.remove(jobId)) {
      cancelled.put(jobId, reason);
    }
  }

  @Override
  public synchronized boolean isCancelled(String jobId, String reason) {
    return reason.equals(cancelled.get(jobId));
  }
}
