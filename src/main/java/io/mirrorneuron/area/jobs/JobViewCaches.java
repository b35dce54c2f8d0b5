package io.mirrorneuron.area.jobs;

import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobStory;
import io.mirrorneuron.bus.AreaThreads;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobRows;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * The views of jobs that are asked for all the time, each kept as long as the job's row is the same
 * bytes. All fail with NOT_FOUND when neither runtime nor runs know the job. Lives on one event
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
  private final Function<String, Future<JobStanding>> statuses;

  /**
   * @param rows null when the rows of the runtime cannot be read; each view is then made anew
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
            (id, row) -> Future.succeededFuture(JobStanding.ofRow(id, row)),
            id -> threads.blocking(() -> JobStanding.of(reads.status(id))),
            JobStanding::bytes,
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
  Future<JobStanding> status(String jobId) {
    return statuses.apply(jobId);
  }

  /** The job without its full documents. */
  Future<Buffer> detail(String jobId) {
    return details.apply(jobId);
  }

  Future<ProgressPage> progress(String jobId) {
    return progress.apply(jobId);
  }

  /** The progress with what programs of the job's run wrote until now. */
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
}
