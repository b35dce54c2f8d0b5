package io.mirrorneuron.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;

/**
 * Jobs whose folders nobody looks at and that may be behind for a while: for half a second, and a
 * fiftieth more for each that there were since the last time that some were due, as running many
 * jobs goes before recording them. A job that is over by then is written once. The time is that of
 * {@link System#nanoTime}. Not thread-safe.
 */
final class PutOff {
  private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Since when each is put off, the earliest first. */
  private final SequencedMap<String, Long> since = new LinkedHashMap<>();

  /** How many there were. */
  private int most;

  /** Answers false when it is put off already, and stays so from then. */
  boolean add(String jobId, long now) {
    int before = since.size();
    boolean isNew = since.putIfAbsent(jobId, now) == null;
    most = before == 0 ? 1 : Math.max(most, since.size());
    return isNew;
  }

  /** Answers false when it was not put off. */
  boolean remove(String jobId) {
    return since.remove(jobId) != null;
  }

  boolean contains(String jobId) {
    return since.containsKey(jobId);
  }

  boolean isEmpty() {
    return since.isEmpty();
  }

  /** Takes all of them. */
  List<String> takeAll() {
    List<String> all = new ArrayList<>(since.keySet());
    since.clear();
    return all;
  }

  /** Takes those whose time has come. */
  List<String> takeDue(long now) {
    List<String> due = new ArrayList<>();
    while (!since.isEmpty() && nextDue() <= now) {
      due.add(since.pollFirstEntry().getKey());
    }
    most = due.isEmpty() ? most : since.size();
    return due;
  }

  /** When the first of them is due if no more come; there must be one. */
  long nextDue() {
    long pace = Math.min(LONGEST_NANOS, PACE_NANOS + EACH_NANOS * (most - 1));
    return since.firstEntry().getValue() + pace;
  }
}
