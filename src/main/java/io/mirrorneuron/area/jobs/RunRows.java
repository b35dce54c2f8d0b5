package io.mirrorneuron.area.jobs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.store.JobRows;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * Rows of jobs that are other bytes also when only the files of the job's run have changed. For
 * readers that ask all the time the disk is looked at four times a second. Lives on one event loop.
 */
final class RunRows implements JobRows {
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
   * @param versions of runs; changes at once with what this process writes to their documents
   * @param looks at the files of a run; completes on the same event loop
   * @param nanos a clock that only goes on
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
   * @param runId of the job; it never has another
   */
  private record Look(long at, String runId, Future<Long> stamp) {}

  @Override
  public Future<Buffer> row(String jobId) {
    return rows.row(jobId)
        .compose(row -> row == null ? Future.succeededFuture() : with(row, jobId));
  }

  /** The next read looks at the files, however short ago that was done. */
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
    if (known != null) { // when there is too much to do for a look, the last one must do
      look = look.recover(e -> known.stamp());
    }
    last.put(jobId, new Look(now, runId, look));
    return look.onFailure(e -> last.invalidate(jobId));
  }
}
