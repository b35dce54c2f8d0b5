package io.mirrorneuron.area.jobs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobRows;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;

/**
 * Views of jobs, each kept as long as the job's row keeps its bytes. A read that finds its view
 * costs one row read and a comparison; many readers of a changed job wait for one composition.
 * Lives on one event loop; views that are seldom asked for go first when the bytes are spent.
 *
 * @param <V> a view; never changes
 */
final class RowCache<V> {
  private final JobRows rows;
  private final BiFunction<String, Buffer, Future<V>> compose;
  private final ToIntFunction<V> length;
  private final Cache<String, Kept<V>> kept;

  /**
   * @param compose makes the view of a job, whose row it is given; completes on the same event loop
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

  /** Kept with the bytes of the row until it is known how many the view has. */
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
