package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.RemoteExecutions;
import io.mirrorneuron.runtime.remote.RemoteExecution.RemoteContext;
import io.mirrorneuron.runtime.remote.RemoteExecution.RemoteStep;
import io.mirrorneuron.store.RemoteExecutionIndex;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Programs of this node's jobs on other nodes, or on this one as remote tasks. Thread-safe. */
final class FollowedPrograms implements RemoteExecutions {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedPrograms.class);
  private static final long RETRY_MS = 250;

  private final Means means;
  private final Map<String, RemoteExecution> remote = new ConcurrentHashMap<>();

  /** Nodes of executions started by former owners of their jobs. */
  private final Map<String, String> expected = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /**
   * @param sinks of this node's runs
   */
  record Means(
      RemoteContext ways,
      RemoteExecutionIndex index,
      RunSinks sinks,
      Timers timers,
      Follower follower) {}

  /** Runs the steps of an execution in order, without blocking its caller. */
  interface Follower {
    /**
     * @param atEnd runs when no step is left
     */
    void follow(String executionId, RemoteExecution one, Runnable atEnd);
  }

  FollowedPrograms(Means means) {
    this.means = means;
  }

  /** One thread per execution. */
  static void onThread(String executionId, RemoteExecution one, Runnable atEnd) {
    Thread.ofVirtual()
        .name("mn-far-" + executionId)
        .start(
            () -> {
              try {
                RemoteStep next = one.step();
                while (next != RemoteStep.NONE) {
                  one.await(next);
                  next = one.step();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException e) {
                LOG.error(
                    "execution {} on node {} is not followed any more", executionId, one.node(), e);
              } finally {
                one.hangUp();
              }
              atEnd.run();
            });
  }

  /** Removes and returns the node, as the owner of jobs, on which a former owner has started it. */
  Optional<String> expectedAt(String executionId) {
    return Optional.ofNullable(expected.remove(executionId));
  }

  /**
   * @param worker the node, as the owner of jobs
   * @param begun whether it was started before, perhaps by another owner of the job
   */
  void follow(Execution execution, Listener listener, String worker, boolean begun) {
    String id = execution.executionId();
    var records = new RemoteRecords(execution, means.sinks());
    var one = new RemoteExecution(means.ways(), execution, worker, listener, records, begun);
    remote.put(id, one);
    if (closed) {
      one.leave();
    }
    means
        .follower()
        .follow(
            id,
            one,
            () -> {
              if (one.isOverAndStopped()) {
                forget(one, id);
              }
            });
  }

  /**
   * @return false when it is not on another node
   */
  boolean stop(String executionId) {
    RemoteExecution one = remote.get(executionId);
    if (one != null) {
      one.stop();
    }
    return one != null;
  }

  /** Why it waits there; null when it does not wait, or is not on another node. */
  Hold hold(String executionId) {
    RemoteExecution one = remote.get(executionId);
    return one == null ? null : one.hold();
  }

  boolean has(String executionId) {
    return remote.containsKey(executionId);
  }

  @Override
  public CompletionStage<Set<String>> elsewhere(String jobId, Collection<String> executionIds) {
    CompletableFuture<Set<String>> answer = new CompletableFuture<>();
    look(jobId, executionIds, answer);
    return answer;
  }

  private void look(
      String jobId, Collection<String> executionIds, CompletableFuture<Set<String>> answer) {
    means
        .index()
        .of(jobId, executionIds)
        .whenComplete(
            (nodes, away) -> {
              if (away == null) {
                expected.putAll(nodes);
                answer.complete(Set.copyOf(nodes.keySet()));
              } else if (!closed) {
                Runnable again = () -> look(jobId, executionIds, answer);
                means.timers().at(means.timers().now() + RETRY_MS, again);
              }
            });
  }

  @Override
  public boolean leave(String executionId) {
    RemoteExecution one = remote.remove(executionId);
    if (one != null) {
      one.leave();
    }
    return one != null;
  }

  @Override
  public void recorded(String executionId) {
    RemoteExecution one = remote.remove(executionId);
    if (one != null) {
      one.recorded();
      forget(one, executionId);
    }
  }

  /** Removes it from the index. */
  private void forget(RemoteExecution one, String executionId) {
    means
        .index()
        .end(one.jobId(), executionId)
        .exceptionally(
            away -> {
              LOG.debug("execution {} stays noted", executionId, away);
              return null;
            });
  }

  @Override
  public Optional<String> where(String executionId) {
    return Optional.ofNullable(remote.get(executionId)).map(RemoteExecution::node);
  }

  Set<String> ids() {
    return Set.copyOf(remote.keySet());
  }

  /** From now on each program is left at once. */
  void close() {
    closed = true;
  }
}
