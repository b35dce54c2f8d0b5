package io.mirrorneuron.store;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * Port: the row of a job as the engine last wrote it. Every commit changes it, so equal bytes mean
 * that nothing of the job has changed.
 */
@FunctionalInterface
public interface JobRows {
  /**
   * The row's bytes, or null when there is no such job. Called from an event loop, completes on it.
   */
  Future<Buffer> row(String jobId);
}
