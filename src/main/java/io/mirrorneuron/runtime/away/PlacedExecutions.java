package io.mirrorneuron.runtime.away;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the programs of this node's jobs here or on other nodes. A node that is alone passes each on
 * to its own runner at once; while others live, a thread for each decides where it goes.
 */
public final class PlacedExecutions implements Executions, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlacedExecutions.class);
  private static final long RETRY_MS = 250;

  private final Executions here;
  private final Cluster cluster;
  private final Choosing choosing;
  private final FarExecution.Ways ways;
  private final Map<String, FarExecution> far = new ConcurrentHashMap<>();

  /** Those that look for their nodes. */
  private final Map<String, PlaceSearch> undecided = new ConcurrentHashMap<>();

  /** Nodes of executions that former owners of their jobs have begun there. */
  private final Map<String, String> expected = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /**
   * @param here the runner of this node
   */
  public PlacedExecutions(Executions here, Cluster cluster) {
    this.here = here;
    this.cluster = cluster;
    this.choosing = new Choosing(cluster);
    this.ways =
        new FarExecution.Ways(
            cluster.owner(),
            cluster.neighbours(),
            new OwnAndOthers(cluster),
            cluster.timers()::now);
  }

  @Override
  public void start(Execution execution, Listener listener) {
    String id = execution.executionId();
    String worker = expected.remove(id);
    if (worker != null) {
      follow(execution, listener, worker, true);
    } else if (choosing.isSurelyHere(execution)) {
      here.start(execution, listener);
    } else {
      Listener counting = choosing.counting(id, listener);
      PlaceSearch search = new PlaceSearch(execution, counting, choosing);
      undecided.put(id, search);
      Thread.ofVirtual().name("mn-place-" + id).start(() -> place(execution, search, counting));
    }
  }

  private void place(Execution execution, PlaceSearch search, Listener listener) {
    Choosing.Place place = null;
    try {
      place = search.search();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      choosing.abandon(execution);
    } catch (RuntimeException e) {
      LOG.error("execution {} finds no node", execution.executionId(), e);
      choosing.abandon(execution);
      search.end(Ending.NOT_STARTED, "internal error of placement: " + e);
    }
    synchronized (undecided) {
      undecided.remove(execution.executionId());
      if (place instanceof Choosing.There there) {
        follow(execution, listener, there.worker(), false);
      } else if (place != null) {
        here.start(execution, listener);
      }
      if (place != null && search.isStopped()) {
        stop(execution.executionId());
      }
    }
  }

  private void follow(Execution execution, Listener listener, String worker, boolean begun) {
    String id = execution.executionId();
    var records = new FarRecords(execution, cluster.sinks());
    Listener heard = choosing.binding(execution, listener);
    var one = new FarExecution(ways, execution, worker, heard, records, begun);
    far.put(id, one);
    if (closed) {
      one.leave();
    }
    Thread.ofVirtual()
        .name("mn-far-" + id)
        .start(
            () -> {
              try {
                one.follow();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException e) {
                LOG.error("execution {} on node {} is not followed any more", id, one.node(), e);
              }
              if (one.isOver() && one.isStopped()) {
                forget(one, id);
              }
            });
  }

  @Override
  public void stop(String executionId) {
    synchronized (undecided) {
      PlaceSearch search = undecided.get(executionId);
      if (search != null) {
        search.stop();
        return;
      }
    }
    FarExecution one = far.get(executionId);
    if (one != null) {
      one.stop();
    } else {
      here.stop(executionId);
    }
  }

  /** Programs on other nodes go on for whoever has their jobs then. */
  @Override
  public CompletionStage<Void> stopAll() {
    undecided.values().forEach(PlaceSearch::stop);
    far.keySet().forEach(this::leave);
    return here.stopAll();
  }

  @Override
  public void resumeFirst(CompletionStage<?> ordered) {
    here.resumeFirst(ordered);
  }

  @Override
  public Optional<QueuePlace> place(String executionId) {
    return here.place(executionId);
  }

  @Override
  public Optional<Hold> hold(String executionId) {
    PlaceSearch search = undecided.get(executionId);
    FarExecution one = far.get(executionId);
    if (search != null) {
      return Optional.ofNullable(search.hold());
    }
    return one == null ? here.hold(executionId) : Optional.ofNullable(one.hold());
  }

  @Override
  public Optional<PersonWait> person(String executionId) {
    return here.person(executionId);
  }

  @Override
  public CompletionStage<Set<String>> elsewhere(String jobId, Collection<String> executionIds) {
    CompletableFuture<Set<String>> answer = new CompletableFuture<>();
    look(jobId, executionIds, answer);
    return answer;
  }

  private void look(
      String jobId, Collection<String> executionIds, CompletableFuture<Set<String>> answer) {
    cluster
        .index()
        .of(jobId, executionIds)
        .whenComplete(
            (nodes, away) -> {
              if (away == null) {
                expected.putAll(nodes);
                answer.complete(Set.copyOf(nodes.keySet()));
              } else if (!closed) {
                Runnable again = () -> look(jobId, executionIds, answer);
                cluster.timers().at(cluster.timers().now() + RETRY_MS, again);
              }
            });
  }

  @Override
  public boolean leave(String executionId) {
    FarExecution one = far.remove(executionId);
    if (one != null) {
      choosing.end(executionId);
      one.leave();
    }
    return one != null;
  }

  @Override
  public void recorded(String executionId) {
    FarExecution one = far.remove(executionId);
    if (one != null) {
      one.recorded();
      forget(one, executionId);
    }
  }

  /** Nobody will look for it any more. */
  private void forget(FarExecution one, String executionId) {
    cluster
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
    return Optional.ofNullable(far.get(executionId)).map(FarExecution::node);
  }

  /** Lets go of all that runs elsewhere: it goes on for the next owners of its jobs. */
  @Override
  public void close() {
    closed = true;
    undecided.values().forEach(PlaceSearch::stop);
    far.keySet().forEach(this::leave);
  }
}
