package io.mirrorneuron.run;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;

/** Distributes this process's changes of runs to listeners. Thread-safe. */
final class RunListeners {
  /** Size of the table of versions, which runs share by hash; a power of two. */
  private static final int VERSIONS = 1 << 16;

  private final AtomicIntegerArray versions = new AtomicIntegerArray(VERSIONS);
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<OnDemandRuns.Shown>> ofUnread = new CopyOnWriteArrayList<>();

  void listen(Consumer<String> listener) {
    listeners.add(listener);
  }

  void listenToUnread(Consumer<OnDemandRuns.Shown> listener) {
    ofUnread.add(listener);
  }

  void tell(String runId, String file) {
    if (!file.endsWith(".jsonl")) {
      versions.incrementAndGet(runId.hashCode() & VERSIONS - 1);
    }
    listeners.forEach(listener -> listener.accept(runId));
  }

  void tellUnread(OnDemandRuns.Shown run) {
    ofUnread.forEach(listener -> listener.accept(run));
  }

  int version(String runId) {
    return versions.get(runId.hashCode() & VERSIONS - 1);
  }
}
