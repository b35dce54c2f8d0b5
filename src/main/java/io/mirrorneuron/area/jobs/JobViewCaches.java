package io.mirrorneuron.area.jobs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobStory;
import io.mirrorneuron.bus.AreaThreads;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore.JobRows;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * Caches the views of jobs that are polled often, each as long as the bytes of the job's row stay
 * the same. All fail with NOT_FOUND when neither runtime nor runs know the job. Runs on one event
 * loop.
 */
final class JobViewCaches {
  private static final long DETAIL_BYTES = 16 << 20;
  private static final long PROGRESS_BYTES = 32 << 20;
  private static final long GRAPH_BYTES = 8 << 20;
  private static final long STATUS_BYTES = 8 << 20;

  private final JobStories stories;
  private final AreaThreads threads;
  private final RunRows rows;
  private final Function<String, Future<Buffer>> details;
  private final Function<String, Future<ProgressPage>> progress;
  private final Function<String, Future<Buffer>> graphs;
  private final Function<String, Future<LazyJobStatus>> statuses;

  /**
   * @param rows null when the rows of the runtime cannot be read; nothing is cached then
   */
  JobViewCaches(
      JobRows rows, JobRuns runs, JobReads reads, JobStories stories, AreaThreads threads) {
    this.stories = stories;
    this.threads = threads;
    this.rows =
        rows == null
            ? null
            : new RunRows(
                rows,
                runs::version,
                run -> threads.inLine(() -> runs.stamp(run)),
                System::nanoTime);
    this.statuses =
        kept(
            rows,
            (id, row) -> Future.succeededFuture(LazyJobStatus.ofRow(id, row)),
            id -> threads.blocking(() -> LazyJobStatus.of(reads.status(id))),
            LazyJobStatus::bytes,
            STATUS_BYTES);
    this.details =
        kept(
            id -> threads.blocking(() -> AreaVerticle.encode(reads.compact(id))),
            Buffer::length,
            DETAIL_BYTES);
    this.progress =
        kept(id -> seen(id, ProgressPage::of), shown -> shown.document().length(), PROGRESS_BYTES);
    this.graphs =
        kept(
            id -> seen(id, (story, record) -> AreaVerticle.encode(story.agentGraph(record))),
            Buffer::length,
            GRAPH_BYTES);
  }

  /** Does not depend on the files of the job's run. */
  Future<LazyJobStatus> status(String jobId) {
    return statuses.apply(jobId);
  }

  /** The job without its full documents. */
  Future<Buffer> detail(String jobId) {
    return details.apply(jobId);
  }

  Future<ProgressPage> progress(String jobId) {
    return progress.apply(jobId);
  }

  /** The progress, with everything that programs of the job's run have written until now. */
  Future<ProgressPage> progressNow(String jobId) {
    if (rows != null) {
      rows.lookAgain(jobId);
    }
    return progress.apply(jobId);
  }

  Future<Buffer> graph(String jobId) {
    return graphs.apply(jobId);
  }

  private <V> Function<String, Future<V>> kept(
      Function<String, Future<V>> compose, ToIntFunction<V> length, long maxBytes) {
    return kept(rows, (id, row) -> compose.apply(id), compose, length, maxBytes);
  }

  private static <V> Function<String, Future<V>> kept(
      JobRows rows,
      BiFunction<String, Buffer, Future<V>> ofRow,
      Function<String, Future<V>> compose,
      ToIntFunction<V> length,
      long maxBytes) {
    if (rows == null) {
      return compose;
    }
    var cache = new RowCache<>(rows, ofRow, length, maxBytes);
    // A job without a row may have left a run.
    return id ->
        cache.get(id).recover(e -> isUnknown(e) ? compose.apply(id) : Future.failedFuture(e));
  }

  private static boolean isUnknown(Throwable failure) {
    return failure instanceof MnException known && known.code() == ErrorCode.NOT_FOUND;
  }

  private <V> Future<V> seen(String jobId, BiFunction<JobStory, JobRecord, V> view) {
    return threads.inLine(() -> stories.look(jobId, view));
  }

  /**
   * Caches one view per job, as long as the bytes of the job's row stay the same. A cache hit costs
   * one row read and a comparison; concurrent readers of a changed job share one composition. When
   * the byte limit is reached, rarely read views go first. Runs on one event loop.
   *
   * @param <V> a view; immutable
   */
  static final class RowCache<V> {
    private final JobRows rows;
    private final BiFunction<String, Buffer, Future<V>> compose;
    private final ToIntFunction<V> length;
    private final Cache<String, Kept<V>> kept;

    /**
     * @param compose makes the view of a job from its row; completes on the same event loop
     * @param length of a view in bytes
     */
    RowCache(
        JobRows rows,
        BiFunction<String, Buffer, Future<V>> compose,
        ToIntFunction<V> length,
        long maxBytes) {
      this.rows = rows;
      this.compose = compose;
      this.length = length;
      this.kept =
          Caffeine.newBuilder()
              .executor(Runnable::run)
              .maximumWeight(maxBytes)
              .weigher((String jobId, Kept<V> entry) -> entry.bytes())
              .build();
    }

    /** Until the view's size is known, {@code bytes} is the size of the row. */
    private record Kept<V>(Buffer row, Future<V> view, int bytes) {
      Kept<V> with(int viewBytes) {
        return new Kept<>(row, view, row.length() + viewBytes);
      }
    }

    Future<V> get(String jobId) {
      return rows.row(jobId)
          .compose(
              row ->
                  row == null
                      ? Future.failedFuture(MnException.notFound("job", jobId))
                      : get(jobId, row));
    }

    private Future<V> get(String jobId, Buffer row) {
      Kept<V> known = kept.getIfPresent(jobId);
      if (known != null && known.row().equals(row)) {
        return known.view();
      }
      Future<V> view = compose.apply(jobId, row);
      Kept<V> composing = new Kept<>(row, view, row.length());
      kept.put(jobId, composing);
      return view.onComplete(
          made -> kept.asMap().replace(jobId, composing, composing.with(length.applyAsInt(made))),
          e -> kept.asMap().remove(jobId, composing));
    }
  }

  /**
   * Rows of jobs whose bytes also change when only the files of the job's run have changed. Looks
   * at the disk at most four times a second per job. Runs on one event loop.
   */
  static final class RunRows implements JobRows {
    private static final String RUN_ID = "\"run_id\":\"";
    private static final long FRESH_NANOS = Duration.ofMillis(250).toNanos();
    private static final int JOBS = 10_000;

    private final JobRows rows;
    private final ToIntFunction<String> versions;
    private final Function<String, Future<Long>> looks;
    private final LongSupplier nanos;
    private final Cache<String, Look> last =
        Caffeine.newBuilder().executor(Runnable::run).maximumSize(JOBS).build();

    /**
     * @param versions of runs; change at once when this process writes their documents
     * @param looks at the files of a run; completes on the same event loop
     * @param nanos a monotonic clock
     */
    RunRows(
        JobRows rows,
        ToIntFunction<String> versions,
        Function<String, Future<Long>> looks,
        LongSupplier nanos) {
      this.rows = rows;
      this.versions = versions;
      this.looks = looks;
      this.nanos = nanos;
    }

    /**
     * @param runId of the job; never changes
     */
    private record Look(long at, String runId, Future<Long> stamp) {}

    @Override
    public Future<Buffer> row(String jobId) {
      return rows.row(jobId)
          .compose(row -> row == null ? Future.succeededFuture() : with(row, jobId));
    }

    /** The next read looks at the files, regardless of the interval. */
    void lookAgain(String jobId) {
      last.invalidate(jobId);
    }

    private Future<Buffer> with(Buffer row, String jobId) {
      Look known = last.getIfPresent(jobId);
      String runId = known == null ? runId(row) : known.runId();
      return runId == null
          ? Future.succeededFuture(row)
          : stamp(jobId, runId, known)
              .map(stamp -> row.copy().appendInt(versions.applyAsInt(runId)).appendLong(stamp));
    }

    private static String runId(Buffer row) {
      String text = row.toString(StandardCharsets.ISO_8859_1);
      int member = text.indexOf(RUN_ID);
      int from = member + RUN_ID.length();
      return member < 0 ? null : text.substring(from, Math.max(from, text.indexOf('"', from)));
    }

    private Future<Long> stamp(String jobId, String runId, Look known) {
      long now = nanos.getAsLong();
      if (known != null && now - known.at() < FRESH_NANOS) {
        return known.stamp();
      }
      Future<Long> look = looks.apply(runId);
      if (known != null) { // under overload the last look is used
        look = look.recover(e -> known.stamp());
      }
      last.put(jobId, new Look(now, runId, look));
      return look.onFailure(e -> last.invalidate(jobId));
    }
  }
}
