package io.mirrorneuron.port.operation;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Operations. Any server on the same store may be asked for each of them, and goes on with those of
 * one that is gone. Blocking and thread-safe; failures are {@link
 * io.mirrorneuron.model.MnException}, NOT_FOUND for an operation that nobody knows, or that ended
 * more than a week ago.
 */
public interface OperationsPort {

  /**
   * Begins one; returns when it and the jobs that it is about are durable.
   *
   * @param by who starts it, or null
   * @throws io.mirrorneuron.model.MnException NOT_FOUND when there is no such node
   */
  OperationView start(OperationKind kind, OperationOptions options, String by);

  /** How far it is, with its items. */
  OperationView get(String id);

  /** What happened to it after that sequence number, oldest first. */
  Events events(String id, long after);

  /**
   * Cancels all open jobs and waits a while for it, as an operation.
   *
   * @param by who cancels, or null
   */
  Cancelled cancelAll(String by);

  /**
   * Removes all ended jobs and waits for it, as an operation.
   *
   * @param by who removes them, or null
   * @return how many were removed
   * @throws io.mirrorneuron.model.MnException TIMEOUT when it takes longer than callers wait; the
   *     operation goes on
   */
  int clear(String by);

  /**
   * @param ended whether nothing follows any more
   */
  record Events(List<OperationEvent> events, boolean ended) {}

  /**
   * @param pendingCount how many will be cancelled later, as their node is out of reach
   */
  record Cancelled(
      String operationId,
      int cancelledCount,
      int pendingCount,
      int failedCount,
      List<CancelledJob> results) {}

  record CancelledJob(
      String jobId, String status, @JsonInclude(JsonInclude.Include.NON_NULL) String error) {}
}
