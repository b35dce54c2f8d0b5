package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.machine.Deeds;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Has done what operations want done.
 *
 * @param threads that may block
 */
record OperationDeeds(GroupedJobs jobs, JobsOfOneNode nodes, Executor threads)
    implements Deeds<OperationInput, OperationDeed> {

  @Override
  public CompletionStage<OperationInput> perform(String id, OperationDeed deed) {
    return CompletableFuture.supplyAsync(() -> done(id, deed), threads);
  }

  /** What may pass is tried again by the loop. */
  private OperationInput done(String id, OperationDeed deed) {
    try {
      return did(id, deed);
    } catch (MnException e) {
      if (e.code().retryable() || e.code() == ErrorCode.INTERNAL) {
        throw e;
      }
      return OperationInput.Done.failed(deed, e.getMessage());
    }
  }

  private OperationInput did(String id, OperationDeed deed) {
    return switch (deed.order().kind()) {
      case CANCEL_ALL_JOBS -> jobs.cancel(id, deed);
      case CLEAR_JOBS -> jobs.clear(deed);
      case DRAIN_NODE -> nodes.drain(deed);
      case RECONCILE_NODE -> nodes.reconcile(deed);
    };
  }
}
