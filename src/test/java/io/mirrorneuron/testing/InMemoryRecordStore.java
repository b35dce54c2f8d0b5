package io.mirrorneuron.testing;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.RecordStore;
import java.util.ArrayList;
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
  private final Map<String, Map<String, Kept>> besides = new HashMap<>();
  private final Map<String, Long> terms = new HashMap<>();
  private final Map<String, List<News>> reported = new HashMap<>();
  private long revisions;

  /** How many more writes it takes, as if its disk were full then. */
  public long room = Long.MAX_VALUE;

  @Override
  public synchronized CompletionStage<Optional<StoredRecord>> read(String kind, String id) {
    return CompletableFuture.completedFuture(Optional.ofNullable(of(kind).get(id)));
  }

  @Override
  public synchronized CompletionStage<Optional<String>> document(String kind, String id) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(beside(kind, id)).map(Kept::document));
  }

  @Override
  public synchronized CompletionStage<List<String>> history(String kind, String id) {
    Kept kept = beside(kind, id);
    return CompletableFuture.completedFuture(kept == null ? List.of() : kept.history());
  }

  @Override
  public synchronized CompletionStage<Optional<Long>> write(
      String kind, String id, long replaced, String json, long dueAt, Beside beside) {
    if (room <= 0) {
      return CompletableFuture.failedFuture(
          MnException.storageFull(ErrorCode.STORAGE_FULL, "the disk is full", null));
    }
    room--;
    if (beside.term() != 0 && beside.term() != terms.getOrDefault(kind, 0L)) {
      return CompletableFuture.failedFuture(
          MnException.unavailable("another server leads by now", null));
    }
    if (!isNewest(kind, id, replaced)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    of(kind).put(id, new StoredRecord(id, ++revisions, dueAt, json));
    List<News> all = reported.computeIfAbsent(kind, absent -> new ArrayList<>());
    beside.news().forEach(one -> all.add(new News(all.size() + 1L, one)));
    besides.computeIfAbsent(kind, absent -> new HashMap<>()).merge(id, Kept.of(beside), Kept::and);
    return CompletableFuture.completedFuture(Optional.of(revisions));
  }

  @Override
  public synchronized CompletionStage<Boolean> delete(String kind, String id, long replaced) {
    boolean newest = isNewest(kind, id, replaced);
    if (newest) {
      of(kind).remove(id);
      besides.getOrDefault(kind, new HashMap<>()).remove(id);
    }
    return CompletableFuture.completedFuture(newest);
  }

  /** The term of the leader of that kind; writes of others are refused. */
  public synchronized void lead(String kind, long term) {
    terms.put(kind, term);
  }

  @Override
  public synchronized CompletionStage<List<StoredRecord>> list(
      String kind, String after, int limit) {
    return CompletableFuture.completedFuture(
        of(kind).tailMap(after, false).values().stream().limit(limit).toList());
  }

  @Override
  public synchronized CompletionStage<List<StoredRecord>> list(
      String kind, String group, String after, int limit) {
    return CompletableFuture.completedFuture(
        of(kind).tailMap(after, false).values().stream()
            .filter(stored -> beside(kind, stored.id()).groups().contains(group))
            .limit(limit)
            .toList());
  }

  @Override
  public synchronized CompletionStage<List<News>> news(String kind, long after, int limit) {
    return CompletableFuture.completedFuture(
        reported.getOrDefault(kind, List.of()).stream()
            .filter(one -> one.seq() > after)
            .limit(limit)
            .toList());
  }

  @Override
  public synchronized CompletionStage<List<News>> lastNews(String kind, int limit) {
    List<News> all = reported.getOrDefault(kind, List.of());
    return CompletableFuture.completedFuture(
        List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size())));
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

  private record Kept(List<String> groups, String document, List<String> history) {
    static Kept of(Beside beside) {
      return new Kept(beside.groups(), beside.document(), beside.history().reversed());
    }

    Kept and(Kept newer) {
      List<String> all = new ArrayList<>(newer.history);
      all.addAll(history);
      return new Kept(
          newer.groups,
          newer.document == null ? document : newer.document,
          all.subList(0, Math.min(LONGEST_HISTORY, all.size())));
    }
  }

  private Kept beside(String kind, String id) {
    return besides.getOrDefault(kind, Map.of()).get(id);
  }

  private boolean isNewest(String kind, String id, long revision) {
    StoredRecord stored = of(kind).get(id);
    return revision == (stored == null ? 0 : stored.revision());
  }

  private TreeMap<String, StoredRecord> of(String kind) {
    return kinds.computeIfAbsent(kind, absent -> new TreeMap<>());
  }
}
