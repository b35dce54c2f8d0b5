package io.mirrorneuron.area.jobs;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobRows;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Views of jobs, each kept as long as the job's row keeps its bytes. A read that finds its view
 * costs one row read and a comparison; many readers of a changed job wait for one composition.
 * Lives on one event loop; the least recently used go first when the bytes are spent.
 *
 * @param <V> a view; never changes
 */
final class RowCache<V> {
  private final JobRows rows;
  private final Function<String, Future<V>> compose;
  private final ToIntFunction<V> length;
  private final long maxBytes;
  private final Map<String, Kept<V>> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param compose makes the view of a job; completes on the same event loop
   * @param length of a view in bytes
   */
  RowCache(
      JobRows rows, Function<String, Future<V>> compose, ToIntFunction<V> length, long maxBytes) {
    this.rows = rows;
    this.compose = compose;
    this.length = length;
    this.maxBytes = maxBytes;
  }

  private record Kept<V>(Buffer row, Future<V> view, int bytes) {}

  Future<V> get(String jobId) {
    return rows.row(jobId)
        .compose(
            row ->
                row == null
                    ? Future.failedFuture(MnException.notFound("job", jobId))
                    : get(jobId, row));
  }

  private Future<V> get(String jobId, Buffer row) {
    Kept<V> known = kept.get(jobId);
    if (known != null && known.row().equals(row)) {
      return known.view();
    }
    Future<V> view = compose.apply(jobId);
    keep(jobId, new Kept<>(row, view, row.length()));
    return view.onComplete(
        made ->
            keepIfCurrent(
                jobId, view, new Kept<>(row, view, row.length() + length.applyAsInt(made))),
        e -> dropIfCurrent(jobId, view));
  }

  private void keepIfCurrent(String jobId, Future<V> view, Kept<V> full) {
    if (isCurrent(jobId, view)) {
      keep(jobId, full);
    }
  }

  private void dropIfCurrent(String jobId, Future<V> view) {
    if (isCurrent(jobId, view)) {
      bytes -= kept.remove(jobId).bytes();
    }
  }

  private boolean isCurrent(String jobId, Future<V> view) {
    Kept<V> present = kept.get(jobId);
    return present != null && present.view() == view;
  }

  private void keep(String jobId, Kept<V> entry) {
    Kept<V> before = kept.put(jobId, entry);
    bytes += entry.bytes() - (before == null ? 0 : before.bytes());
    Iterator<Kept<V>> oldest = kept.values().iterator();
    while (bytes > maxBytes && oldest.hasNext()) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }
}
