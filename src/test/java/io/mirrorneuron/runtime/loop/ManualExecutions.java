package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Programs that run until a test ends them. One at a time for each agent, and for each instance of
 * a scattered step; that is their name.
 */
public final class ManualExecutions implements Executions {
  private record Running(Execution execution, Listener listener) {}

  /** Where programs wait for slots, by name. */
  public final Map<String, QueuePlace> places = new HashMap<>();

  /** Why programs do not even ask for slots, by name. */
  public final Map<String, Hold> holds = new HashMap<>();

  private final Map<String, Running> running = new LinkedHashMap<>();
  private final Set<String> started = new HashSet<>();
  private final Set<String> stopped = new HashSet<>();

  @Override
  public void start(Execution execution, Listener listener) {
    String step = execution.workflow().path("step_id").asText();
    String name = step.endsWith("]") ? step : execution.agentId();
    if (!started.add(execution.executionId())) {
      throw new IllegalArgumentException(
          "execution " + execution.executionId() + " was started before");
    }
    if (running.put(name, new Running(execution, listener)) != null) {
      throw new AssertionError(name + " runs twice");
    }
  }

  @Override
  public void stop(String executionId) {
    named(executionId).ifPresent(name -> stopped.add(executionId));
  }

  @Override
  public CompletionStage<Void> stopAll() {
    List.copyOf(running.keySet()).forEach(this::end);
    return CompletableFuture.completedFuture(null);
  }

  private void end(String name) {
    running
        .remove(name)
        .listener()
        .signal(
            new Signal.Finished(
                new Outcome(
                    Ending.STOPPED, null, -1, Sandbox.NONE, "", "", Structured.NONE, null)));
  }

  @Override
  public Optional<QueuePlace> place(String executionId) {
    return named(executionId).map(places::get);
  }

  @Override
  public Optional<Hold> hold(String executionId) {
    return named(executionId).map(holds::get);
  }

  private Optional<String> named(String executionId) {
    return running.entrySet().stream()
        .filter(entry -> entry.getValue().execution().executionId().equals(executionId))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  // ---- what a test does and sees

  /** Ids of executions that have ended may be given again, as after the loss of commits. */
  public void forgetEnded() {
    started.retainAll(
        running.values().stream().map(each -> each.execution().executionId()).toList());
  }

  /** What runs, in the order of its start. */
  public List<String> names() {
    return List.copyOf(running.keySet());
  }

  public Execution execution(String name) {
    return running(name).execution();
  }

  public boolean isStopped(String name) {
    return stopped.contains(execution(name).executionId());
  }

  public void signal(String name, Signal signal) {
    running(name).listener().signal(signal);
  }

  public void end(String name, Outcome outcome) {
    Running program = running(name);
    running.remove(name);
    if (outcome.ending() == Ending.NOT_STARTED) {
      started.remove(program.execution().executionId());
    }
    program.listener().signal(new Signal.Finished(outcome));
  }

  /** All of them are gone, and nobody hears of it. */
  public void die() {
    running.clear();
  }

  private Running running(String name) {
    Running program = running.get(name);
    if (program == null) {
      throw new AssertionError("no program of " + name + " runs; these do: " + names());
    }
    return program;
  }
}
