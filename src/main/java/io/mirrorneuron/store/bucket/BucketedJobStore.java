package io.mirrorneuron.store.bucket;

import io.mirrorneuron.store.JobStore.JobHolder;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.store.JobStore.RowsWanted;
import io.mirrorneuron.store.JobStore.ServedJobStore;
import io.mirrorneuron.store.ListedRow;
import io.mirrorneuron.store.RankedJob;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Jobs on a Redis Cluster. Calls about one job go to its bucket. Lists and counts are read from all
 * buckets at once: each bucket's part is consistent, the whole is not of one moment.
 */
public final class BucketedJobStore implements ServedJobStore {
  private final StorePlaces places;
  private final AllBuckets buckets;
  private final JobClaims claims;

  /**
   * @param terminalTtl how long an ended job stays
   * @param eventsPerJob newest events kept of each job
   */
  public BucketedJobStore(StorePlaces places, Duration terminalTtl, int eventsPerJob) {
    this.places = places;
    this.claims = new JobClaims(places);
    WrittenJobs written = new WrittenJobs(eventsPerJob);
    this.buckets =
        new AllBuckets(
            places.jobs().stream()
                .map(place -> RedisJobStore.ofBucket(place, written, terminalTtl, eventsPerJob))
                .toList());
  }

  private RedisJobStore of(String jobId) {
    return buckets.of(jobId);
  }

  @Override
  public CompletionStage<Created> create(NewJob job, Commit commit) {
    CompletableFuture<Created> made = new CompletableFuture<>();
    claims
        .claim(job)
        .compose(
            before ->
                before
                    .map(existing -> Future.succeededFuture(new Created(existing, true)))
                    .orElseGet(() -> of(job.jobId()).createClaimed(job, commit)))
        .onComplete(
            done ->
                places
                    .executor(job.jobId())
                    .execute(
                        () -> {
                          if (done.succeeded()) {
                            made.complete(done.result());
                          } else {
                            made.completeExceptionally(JobClaims.refusal(done.cause()));
                          }
                        }));
    return made;
  }

  @Override
  public CompletionStage<Void> commit(Commit commit) {
    return of(commit.jobId()).commit(commit);
  }

  @Override
  public CompletionStage<Boolean> abandon(Commit end) {
    return of(end.jobId()).abandon(end);
  }

  @Override
  public CompletionStage<Optional<StoredJob>> load(String jobId) {
    return of(jobId).load(jobId);
  }

  @Override
  public CompletionStage<Optional<StoredJob>> outline(String jobId) {
    return of(jobId).outline(jobId);
  }

  @Override
  public CompletionStage<List<String>> activeJobs() {
    return buckets.joined(RedisJobStore::activeJobs).toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> unrecordedJobs() {
    return buckets.joined(RedisJobStore::unrecordedJobs).toCompletionStage();
  }

  @Override
  public CompletionStage<Void> recorded(List<String> jobIds) {
    return buckets.each(jobIds, RedisJobStore::recorded);
  }

  @Override
  public CompletionStage<Void> unread(List<String> jobIds) {
    return buckets.each(jobIds, RedisJobStore::unread);
  }

  @Override
  public CompletionStage<List<String>> unreadJobs() {
    return buckets.joined(RedisJobStore::unreadJobs).toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> dueUnreadJobs(int limit) {
    return buckets
        .joined(bucket -> bucket.dueUnreadJobs(limit))
        .map(due -> due.stream().limit(limit).toList())
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Boolean> isUnread(String jobId) {
    return of(jobId).isUnread(jobId);
  }

  @Override
  public CompletionStage<Void> read(List<String> jobIds) {
    return buckets.each(jobIds, RedisJobStore::read);
  }

  @Override
  public CompletionStage<String> manifest(String jobId) {
    return of(jobId).manifest(jobId);
  }

  @Override
  public CompletionStage<Void> eachState(String field, Consumer<String> hears) {
    CompletionStage<Void> reported = CompletableFuture.completedStage(null);
    for (RedisJobStore bucket : buckets.buckets()) {
      reported = reported.thenCompose(before -> bucket.eachState(field, hears));
    }
    return reported;
  }

  @Override
  public CompletionStage<String> owner(String jobId) {
    return of(jobId).owner(jobId);
  }

  @Override
  public CompletionStage<JobHolder> holder(String jobId) {
    return of(jobId).holder(jobId);
  }

  @Override
  public CompletionStage<Long> takeOver(String jobId, String from, String to, long epoch) {
    return of(jobId).takeOver(jobId, from, to, epoch);
  }

  @Override
  public JobRows hotRows() {
    return jobId -> of(jobId).hotRows().row(jobId);
  }

  @Override
  public CompletionStage<String> row(String jobId) {
    return of(jobId).row(jobId);
  }

  @Override
  public CompletionStage<List<ListedRow>> rows(RowsWanted wanted) {
    return buckets.rows(wanted).toCompletionStage();
  }

  @Override
  public CompletionStage<Map<String, Long>> counts() {
    return buckets.merged(RedisJobStore::counts, Long::sum).toCompletionStage();
  }

  @Override
  public CompletionStage<Map<String, String>> allocations() {
    return buckets.merged(RedisJobStore::allocations, (one, other) -> other).toCompletionStage();
  }

  @Override
  public CompletionStage<String> status(String jobId) {
    return of(jobId).status(jobId);
  }

  @Override
  public CompletionStage<Integer> tidy() {
    return removed(RedisJobStore::tidy);
  }

  @Override
  public CompletionStage<Integer> deleteTerminal() {
    return removed(RedisJobStore::deleteTerminal);
  }

  @Override
  public CompletionStage<List<String>> endedJobs(int limit) {
    return buckets
        .joined(bucket -> bucket.endedJobs(limit))
        .map(all -> all.subList(0, Math.min(limit, all.size())))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> remove(List<String> jobIds) {
    return buckets
        .ofEach(jobIds, RedisJobStore::remove)
        .compose(
            staying ->
                Future.all(jobIds.stream().map(places::of).distinct().map(claims::settle).toList())
                    .map(staying))
        .toCompletionStage();
  }

  /** One bucket after the other, so that no job waits behind many removals. */
  private CompletionStage<Integer> removed(Function<RedisJobStore, CompletionStage<Integer>> some) {
    Iterator<Place> place = places.jobs().iterator();
    Future<Integer> removed = Future.succeededFuture(0);
    for (RedisJobStore bucket : buckets.buckets()) {
      removed =
          removed
              .compose(
                  before -> Future.fromCompletionStage(some.apply(bucket)).map(n -> n + before))
              .compose(count -> claims.settle(place.next()).map(count));
    }
    return removed.toCompletionStage();
  }

  @Override
  public CompletionStage<List<StoredEvent>> events(String jobId, long after, int limit) {
    return of(jobId).events(jobId, after, limit);
  }

  @Override
  public CompletionStage<List<StoredEvent>> lastEvents(String jobId, int limit) {
    return of(jobId).lastEvents(jobId, limit);
  }

  private record AllBuckets(List<RedisJobStore> buckets) {
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

    /** Passes each bucket its jobs of these. */
    CompletionStage<Void> each(
        List<String> jobIds,
        BiFunction<RedisJobStore, List<String>, CompletionStage<Void>> effect) {
      return Future.all(
              byBucket(jobIds).entrySet().stream()
                  .map(part -> effect.apply(part.getKey(), part.getValue()))
                  .map(Future::fromCompletionStage)
                  .toList())
          .<Void>mapEmpty()
          .toCompletionStage();
    }

    /** Asks each bucket about its jobs of these. */
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

    /** Jobs by bucket, in their order. */
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
      jobs.forEach(
          job -> parts.computeIfAbsent(of(job.jobId()), none -> new ArrayList<>()).add(job));
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
}
