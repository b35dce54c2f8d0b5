package io.mirrorneuron.runtime.away;

import io.mirrorneuron.runtime.drain.Visitors;
import io.mirrorneuron.runtime.port.Executions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How long guests stay.
 *
 * @param runs by execution; another one adds and removes
 * @param here the runner of this node
 */
record GuestStays(Map<String, GuestRun> runs, Executions here) implements Visitors {

  @Override
  public Map<String, List<String>> running() {
    return open()
        .collect(
            Collectors.groupingBy(
                run -> run.execution().jobId(),
                TreeMap::new,
                Collectors.mapping(run -> run.execution().agentId(), Collectors.toList())));
  }

  @Override
  public CompletionStage<Void> end(String jobId) {
    return end(open().filter(run -> run.execution().jobId().equals(jobId)));
  }

  /** Ends all. Completes when they have ended. */
  CompletableFuture<Void> endAll() {
    return end(open());
  }

  private CompletableFuture<Void> end(Stream<GuestRun> some) {
    return CompletableFuture.allOf(
        some.map(
                run -> {
                  here.stop(run.execution().executionId());
                  return run.ended();
                })
            .toArray(CompletableFuture<?>[]::new));
  }

  private Stream<GuestRun> open() {
    return runs.values().stream().filter(run -> !run.isFinished());
  }

  @Override
  public boolean areGone() {
    return runs.isEmpty();
  }
}
