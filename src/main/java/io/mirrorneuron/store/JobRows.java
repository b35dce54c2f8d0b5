package io.mirrorneuron.store;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** Port of the hot read path: the row of a job as the last commit left it. */
@FunctionalInterface
public interface JobRows {
  /** The row's JSON, or null when the job is unknown. */
  Future<Buffer> row(String jobId);
}
