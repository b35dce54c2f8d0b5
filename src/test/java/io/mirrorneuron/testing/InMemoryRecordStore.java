package io.mirrorneuron.testing;

import io.mirrorneuron.store.RecordStore;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Records as plain maps; answers at once, on the calling thread. */
public final class InMemoryRecordStore implements RecordStore {
  private final Map<String, TreeMap<String, StoredRecord>> kinds = new HashMap<>();
  private long revisions;

  @Override
  public synchronized CompletionStage<Optional<StoredRecord>> read(String kind, String id) {
    return CompletableFuture.completedFuture(Optional.ofNullable(of(kind).get(id)));
  }

  @Override
  public synchronized CompletionStage<Optional<Long>> write(
      String kind, String id, long replaced, String json, long dueAt) {
    if (!isNewest(kind, id, replaced)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    of(kind).put(id, new StoredRecord(id, ++revisions, dueAt, json));
    return CompletableFuture.completedFuture(Optional.of(revisions));
  }

  @Override
  public synchronized CompletionStage<Boolean> delete(String kind, String id, long replaced) {
    boolean newest = isNewest(kind, id, replaced);
    if (newest) {
      of(kind).remove(id);
    }
    return CompletableFuture.completedFuture(newest);
  }

  @Override
  public synchronized CompletionStage<List<StoredRecord>> list(
      String kind, String after, int limit) {
    return CompletableFuture.completedFuture(
        of(kind).tailMap(after, false).values().stream().limit(limit).toList());
  }

  @Override
  public synchronized CompletionStage<List<StoredRecord>> due(
      String kind, long until, int skip, int limit) {
    return CompletableFuture.completedFuture(
        of(kind).values().stream()
            .filter(stored -> stored.dueAt() != NEVER && stored.dueAt() <= until)
            .sorted(Comparator.comparing(StoredRecord::dueAt).thenComparing(StoredRecord::id))
            .skip(skip)
            .limit(limit)
            .toList());
  }

  private boolean isNewest(String kind, String id, long revision) {
    StoredRecord stored = of(kind).get(id);
    return revision == (stored == null ? 0 : stored.revision());
  }

  private TreeMap<String, StoredRecord> of(String kind) {
    return kinds.computeIfAbsent(kind, absent -> new TreeMap<>());
  }
}
