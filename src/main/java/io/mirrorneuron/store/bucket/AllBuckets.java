package io.mirrorneuron.store.bucket;

import io.mirrorneuron.store.ListedRow;
import io.mirrorneuron.store.RankedJob;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RowsWanted;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Asks all buckets at once, and makes one answer of theirs. */
record AllBuckets(List<RedisJobStore> buckets) {
  RedisJobStore of(String jobId) {
    return buckets.get(Buckets.of(jobId));
  }

  <T> Future<List<T>> all(Function<RedisJobStore, CompletionStage<T>> read) {
    List<Future<T>> parts = buckets.stream().map(read).map(Future::fromCompletionStage).toList();
    return Future.all(parts).map(done -> parts.stream().map(Future::result).toList());
  }

  Future<List<String>> joined(Function<RedisJobStore, CompletionStage<List<String>>> read) {
    return all(read).map(parts -> parts.stream().flatMap(Collection::stream).toList());
  }

  <V> Future<Map<String, V>> merged(
      Function<RedisJobStore, CompletionStage<Map<String, V>>> read, BiFunction<V, V, V> both) {
    return all(read)
        .map(
            parts -> {
              Map<String, V> all = new HashMap<>();
              parts.forEach(part -> part.forEach((key, value) -> all.merge(key, value, both)));
              return all;
            });
  }

  /** Tells each bucket of those of these jobs that are its. */
  CompletionStage<Void> each(
      List<String> jobIds, BiFunction<RedisJobStore, List<String>, CompletionStage<Void>> deed) {
    return Future.all(
            byBucket(jobIds).entrySet().stream()
                .map(part -> deed.apply(part.getKey(), part.getValue()))
                .map(Future::fromCompletionStage)
                .toList())
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  /** Asks each bucket about those of these jobs that are its. */
  Future<List<String>> ofEach(
      List<String> jobIds,
      BiFunction<RedisJobStore, List<String>, CompletionStage<List<String>>> question) {
    List<Future<List<String>>> parts =
        byBucket(jobIds).entrySet().stream()
            .map(part -> question.apply(part.getKey(), part.getValue()))
            .map(Future::fromCompletionStage)
            .toList();
    return Future.all(parts)
        .map(done -> parts.stream().map(Future::result).flatMap(List::stream).toList());
  }

  /** Of each bucket those of its jobs, in their order. */
  private Map<RedisJobStore, List<String>> byBucket(List<String> jobIds) {
    Map<RedisJobStore, List<String>> parts = new HashMap<>();
    jobIds.forEach(job -> parts.computeIfAbsent(of(job), none -> new ArrayList<>()).add(job));
    return parts;
  }

  Future<List<ListedRow>> rows(RowsWanted wanted) {
    return all(bucket -> bucket.ranked(wanted).toCompletionStage())
        .map(parts -> RankedJob.merged(parts, wanted.limit()))
        .compose(this::rowsOf);
  }

  private Future<List<ListedRow>> rowsOf(List<RankedJob> jobs) {
    Map<RedisJobStore, List<RankedJob>> parts = new HashMap<>();
    jobs.forEach(job -> parts.computeIfAbsent(of(job.jobId()), none -> new ArrayList<>()).add(job));
    return Future.all(
            parts.entrySet().stream().map(part -> part.getKey().rowsOf(part.getValue())).toList())
        .map(
            all -> {
              Map<RankedJob, ListedRow> rows = new HashMap<>();
              all.<List<ListedRow>>list()
                  .forEach(part -> part.forEach(row -> rows.put(row.place(), row)));
              return jobs.stream().map(rows::get).toList();
            });
  }
}
