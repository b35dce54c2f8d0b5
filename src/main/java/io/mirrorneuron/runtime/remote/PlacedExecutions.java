package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.remote.PlaceSearch.Place;
import io.mirrorneuron.runtime.remote.RemoteExecution.RemoteContext;
import java.io.InputStream;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the programs of this node's jobs here or on other nodes. A node that is alone passes each to
 * its own runner at once; while other nodes live, a thread per program decides its place.
 */
public final class PlacedExecutions implements Executions, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlacedExecutions.class);

  private final Executions here;
  private final RemotePlacement choosing;
  private final FollowedPrograms remote;
  private final DiskFullMoves home;

  /** Running searches for a node. */
  private final Map<String, PlaceSearch> undecided = new ConcurrentHashMap<>();

  /**
   * @param here the runner of this node
   */
  public PlacedExecutions(Executions here, Cluster cluster) {
    this.here = here;
    this.choosing = new RemotePlacement(cluster);
    this.home = new DiskFullMoves(cluster, choosing::canLeave, here::stop);
    this.remote =
        new FollowedPrograms(
            new FollowedPrograms.Means(
                new RemoteContext(
                    cluster.owner(),
                    cluster.neighbours(),
                    new OwnAndOthers(cluster),
                    cluster.index(),
                    cluster.timers()::now),
                cluster.index(),
                cluster.sinks(),
                cluster.timers(),
                FollowedPrograms::onThread));
  }

  @Override
  public void start(Execution execution, Listener listener) {
    String id = execution.executionId();
    Optional<String> worker = remote.expectedAt(id);
    if (worker.isPresent()) {
      follow(execution, listener, worker.get(), true);
    } else if (choosing.isSurelyHere(execution)) {
      here.start(execution, home.watching(execution, listener));
    } else {
      Listener counting = choosing.counting(id, listener);
      PlaceSearch search = new PlaceSearch(execution, counting, choosing);
      undecided.put(id, search);
      Thread.ofVirtual().name("mn-place-" + id).start(() -> place(execution, search, counting));
    }
  }

  private void place(Execution execution, PlaceSearch search, Listener listener) {
    Place place = null;
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
      if (place instanceof Place.There there) {
        follow(execution, listener, there.worker(), false);
      } else if (place != null) {
        here.start(execution, home.watching(execution, listener));
      }
      if (place != null && search.isStopped()) {
        stop(execution.executionId());
      }
    }
  }

  private void follow(Execution execution, Listener listener, String worker, boolean begun) {
    remote.follow(execution, choosing.binding(execution, listener), worker, begun);
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
    if (!remote.stop(executionId)) {
      here.stop(executionId);
    }
  }

  /** Programs on other nodes continue for the next owners of their jobs. */
  @Override
  public CompletionStage<Void> stopAll() {
    undecided.values().forEach(PlaceSearch::stop);
    remote.ids().forEach(this::leave);
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
    if (search != null) {
      return Optional.ofNullable(search.hold());
    }
    return remote.has(executionId)
        ? Optional.ofNullable(remote.hold(executionId))
        : here.hold(executionId);
  }

  @Override
  public Optional<PersonWait> person(String executionId) {
    return here.person(executionId);
  }

  @Override
  public CompletionStage<Set<String>> elsewhere(String jobId, Collection<String> executionIds) {
    return remote.elsewhere(jobId, executionIds);
  }

  @Override
  public boolean leave(String executionId) {
    boolean isRemote = remote.leave(executionId);
    if (isRemote) {
      choosing.end(executionId);
    }
    return isRemote;
  }

  @Override
  public void recorded(String executionId) {
    remote.recorded(executionId);
  }

  @Override
  public Optional<String> where(String executionId) {
    return remote.where(executionId);
  }

  /** Leaves all programs on other nodes: they continue for the next owners of their jobs. */
  @Override
  public void close() {
    home.close();
    remote.close();
    undecided.values().forEach(PlaceSearch::stop);
    remote.ids().forEach(this::leave);
  }

  /** Reaches other nodes, and this one, whose remote tasks may belong to its own jobs by now. */
  private record OwnAndOthers(Cluster cluster) implements PeerPrograms {
    @Override
    public Talk open(Peer peer, Opening opening, byte[] record) {
      return peer.owner().equals(cluster.owner())
          ? new LocalStream(cluster.remoteTasks().open(opening, record))
          : cluster.peers().open(peer, opening, record);
    }

    @Override
    public byte[] describe(Peer peer) {
      return cluster.peers().describe(peer);
    }

    @Override
    public InputStream bundle(Peer peer, String fingerprint) {
      return cluster.peers().bundle(peer, fingerprint);
    }
  }
}
