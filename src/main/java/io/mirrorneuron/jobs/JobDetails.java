package io.mirrorneuron.jobs;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobRows;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Compact details, kept as long as the job's row keeps its bytes. A read that finds its detail
 * costs one row read and a comparison; many readers of a changed job wait for one composition.
 * Lives on one event loop; the least recently used go first when the bytes are spent.
 */
final class JobDetails {
  private final JobRows rows;
  private final Function<String, Future<Buffer>> compose;
  private final long maxBytes;
  private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param compose makes the detail of a job; completes on the same event loop
   */
  JobDetails(JobRows rows, Function<String, Future<Buffer>> compose, long maxBytes) {
    this.rows = rows;
    this.compose = compose;
    this.maxBytes = maxBytes;
  }

  private record Kept(Buffer row, Future<Buffer> detail, int bytes) {}

  Future<Buffer> get(String jobId) {
    return rows.row(jobId)
        .compose(
            row ->
                row == null
                    ? Future.failedFuture(MnException.notFound("job", jobId))
                    : get(jobId, row));
  }

  private Future<Buffer> get(String jobId, Buffer row) {
    Kept known = kept.get(jobId);
    if (known != null && known.row().equals(row)) {
      return known.detail();
    }
    Future<Buffer> detail = compose.apply(jobId);
    keep(jobId, new Kept(row, detail, row.length()));
    return detail.onComplete(
        made -> keepIfCurrent(jobId, detail, new Kept(row, detail, row.length() + made.length())),
        e -> dropIfCurrent(jobId, detail));
  }

  private void keepIfCurrent(String jobId, Future<Buffer> detail, Kept full) {
    if (isCurrent(jobId, detail)) {
      keep(jobId, full);
    }
  }

  private void dropIfCurrent(String jobId, Future<Buffer> detail) {
    if (isCurrent(jobId, detail)) {
      bytes -= kept.remove(jobId).bytes();
    }
  }

  private boolean isCurrent(String jobId, Future<Buffer> detail) {
    Kept present = kept.get(jobId);
    return present != null && present.detail() == detail;
  }

  private void keep(String jobId, Kept entry) {
    Kept before = kept.put(jobId, entry);
    bytes += entry.bytes() - (before == null ? 0 : before.bytes());
    Iterator<Kept> oldest = kept.values().iterator();
    while (bytes > maxBytes && oldest.hasNext()) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }
}
