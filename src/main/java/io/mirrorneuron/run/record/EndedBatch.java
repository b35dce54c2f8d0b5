package io.mirrorneuron.run.record;

import io.mirrorneuron.store.JobStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Jobs of which nothing is left to record for now, until that is told and noted. */
final class EndedBatch {
  private final List<CompletionStage<?>> told = new ArrayList<>();
  private final List<String> recorded = new ArrayList<>();
  private final List<String> unread = new ArrayList<>();
  private final List<String> read = new ArrayList<>();

  /** The run is written to the end, or there is none. */
  void recorded(String job, CompletionStage<?> end) {
    told.add(end);
    recorded.add(job);
  }

  /** The run is to be written when somebody looks. */
  void unread(String job, CompletionStage<?> end) {
    told.add(end);
    unread.add(job);
  }

  /** The same is written now; its end was told before. */
  void read(String job) {
    read.add(job);
  }

  /**
   * Notes it once everybody has heard.
   *
   * @return jobs whose runs are written
   * @throws java.util.concurrent.CompletionException when the store is away
   */
  List<String> settle(JobStore store) {
    told.forEach(end -> end.toCompletableFuture().join());
    if (!recorded.isEmpty()) {
      store.recorded(recorded).toCompletableFuture().join();
    }
    if (!unread.isEmpty()) {
      store.unread(unread).toCompletableFuture().join();
    }
    if (!read.isEmpty()) {
      store.read(read).toCompletableFuture().join();
    }
    recorded.addAll(read);
    return recorded;
  }
}
