package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.loop.JobWatch;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Services of a job that another node has now, which are told to be here until they pass there.
 *
 * @param records of what is told on
 * @param executions the programs behind them
 */
record StayingServices(List<RecordWriter> records, Set<String> executions)
    implements JobWatch.Staying {
  @Override
  public CompletionStage<Boolean> isNeeded() {
    List<CompletableFuture<Boolean>> told =
        records.stream().map(one -> one.isLeft().toCompletableFuture()).toList();
    return CompletableFuture.allOf(told.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> told.stream().anyMatch(CompletableFuture::join));
  }

  @Override
  public CompletionStage<?> end() {
    return CompletableFuture.allOf(
        records.stream()
            .map(one -> one.recall().toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }
}
