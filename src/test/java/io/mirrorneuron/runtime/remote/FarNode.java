package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.runtime.documents.SentExecution;
import io.mirrorneuron.runtime.drain.RunningRemoteTasks;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.remote.Cluster.KnownPeers;
import io.mirrorneuron.runtime.remote.RemoteExecution.RemoteContext;
import io.mirrorneuron.runtime.remote.RemoteExecution.RemoteStep;
import io.mirrorneuron.store.RemoteExecutionIndex;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One server of a history, from its start to its end, which gives programs to any node: the real
 * guests and the real following of programs, without threads.
 */
public final class FarNode implements Executions, PeerPrograms, KnownPeers {
  private static final long SILENCE_MS = RemoteExecution.SILENCE.toMillis();
  private static final long PAUSE_MS = 250;
  private static final long RECORD_MS = 60_000;
  private static final long LOOK_AGAIN_MS = 1000;

  private final FarNet net;
  final Server server;
  private final Executions runner;
  private final RemoteTasks remoteTasks;
  private final FollowedPrograms remote;
  private final Map<String, FarTalk> talks = new HashMap<>();

  /** Steps of those whose outcomes are not recorded yet. */
  private final Map<String, Runnable> unrecorded = new HashMap<>();

  /** Executions without a place, and whether each was stopped meanwhile. */
  private final Map<String, Boolean> undecided = new HashMap<>();

  private Set<String> living = Set.of();
  private boolean isFenced;

  /** What a server can do in its history. */
  public interface Server {
    String owner();

    Timers timers();

    /** Whether the store does not reach it. */
    boolean isCut();

    boolean mayWork();

    /** As long as this server lives; later while it stands still. */
    void later(long ms, Runnable action);

    /** Others do things while a thread of this one waits. Answers whether it lives then. */
    boolean meanwhile(int most);

    /** The index, as it is asked without waiting. */
    RemoteExecutionIndex index(RemoteExecutionIndex index);

    Set<String> living();

    String status(String jobId);

    void fault(String what);
  }

  public FarNode(FarNet net, Server server, Executions runner, Path folder) {
    this.net = net;
    this.server = server;
    this.runner = runner;
    this.remoteTasks =
        new RemoteTasks(
            new Talkative(),
            new RemoteTasks.Home(
                server.owner(),
                new Asked(),
                new RemoteTaskSinks(RunSinks.NONE, folder),
                null,
                run -> {},
                fingerprint -> null,
                () -> null,
                jobId -> CompletableFuture.completedStage(server.status(jobId)),
                server::mayWork,
                Optional::empty,
                server.timers()));
    this.remote =
        new FollowedPrograms(
            new FollowedPrograms.Means(
                new RemoteContext(owner(), this, this, new Asked(), server.timers()::now),
                server.index(net.index),
                RunSinks.NONE,
                server.timers(),
                this::step));
    net.add(this);
  }

  /** What it runs for jobs of others. */
  public RunningRemoteTasks visitors() {
    return remoteTasks.visitors();
  }

  String owner() {
    return server.owner();
  }

  RemoteTasks remoteTasks() {
    return remoteTasks;
  }

  /** What a former owner of the job asks for is to have no effect. */
  void fenced(boolean isIt, Runnable action) {
    isFenced = isIt;
    net.fenced += isIt ? 1 : 0;
    action.run();
    isFenced = false;
  }

  // ---- as the owner of jobs

  @Override
  public void start(Execution execution, Listener listener) {
    String id = execution.executionId();
    Optional<String> worker = remote.expectedAt(id);
    if (worker.isPresent()) {
      net.adopted++;
      follow(execution, listener, worker.get(), true);
    } else if (net.random.nextInt(4) == 0 || SentExecution.bond(execution).isPresent()) {
      runner.start(execution, listener);
    } else {
      undecided.put(id, false);
      place(execution, listener);
    }
  }

  private void place(Execution execution, Listener listener) {
    String id = execution.executionId();
    if (undecided.get(id)) {
      undecided.remove(id);
      new PlaceSearch(execution, listener, null).end(Ending.STOPPED, "stopped in its search");
      return;
    }
    List<String> others = new ArrayList<>();
    net.owners().forEach(others::add);
    others.remove(owner());
    others.removeIf(one -> net.random.nextInt(8) != 0 && !isLiving(one));
    if (others.isEmpty()) {
      undecided.remove(id);
      runner.start(execution, listener);
      return;
    }
    String worker = others.get(net.random.nextInt(others.size()));
    server
        .index(net.index)
        .begin(execution.jobId(), execution.placing().epoch(), id, worker)
        .whenComplete((isNoted, away) -> placed(execution, listener, worker, isNoted, away));
  }

  private void placed(
      Execution execution, Listener listener, String worker, Boolean isNoted, Throwable away) {
    String id = execution.executionId();
    if (away != null) {
      server.later(LOOK_AGAIN_MS, () -> place(execution, listener));
      return;
    }
    boolean isStopped = undecided.remove(id);
    if (!isNoted) {
      new PlaceSearch(execution, listener, null).end(Ending.NOT_STARTED, "another owner");
      return;
    }
    follow(execution, listener, worker, false);
    if (isStopped) {
      stop(id);
    }
  }

  private void follow(Execution execution, Listener listener, String worker, boolean begun) {
    String id = execution.executionId();
    long epoch = execution.placing().epoch();
    Listener checked = net.story(id).checked(listener, epoch, server::fault);
    remote.follow(execution, checked, worker, begun);
  }

  private void step(String id, RemoteExecution one, Runnable atEnd) {
    RemoteStep next;
    try {
      next = one.step();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    Runnable again = once(() -> step(id, one, atEnd));
    switch (next) {
      case STEP -> {
        talks.get(id).whenReady(again);
        server.later(SILENCE_MS, again);
      }
      case PAUSE -> server.later(PAUSE_MS, again);
      case RECORD -> {
        unrecorded.put(id, again);
        server.later(RECORD_MS, again);
      }
      case NONE -> {
        atEnd.run();
      }
    }
  }

  private Runnable once(Runnable action) {
    boolean[] isDone = {false};
    return () -> {
      if (!isDone[0]) {
        isDone[0] = true;
        action.run();
      }
    };
  }

  @Override
  public void stop(String executionId) {
    if (undecided.replace(executionId, true) == null && !remote.stop(executionId)) {
      runner.stop(executionId);
    }
  }

  @Override
  public CompletionStage<Void> stopAll() {
    undecided.replaceAll((id, isStopped) -> true);
    remote.ids().forEach(this::leave);
    return runner.stopAll();
  }

  @Override
  public CompletionStage<Set<String>> elsewhere(String jobId, Collection<String> executionIds) {
    return remote.elsewhere(jobId, executionIds);
  }

  @Override
  public boolean leave(String executionId) {
    boolean isRemote = remote.leave(executionId);
    recordedOrLeft(executionId);
    return isRemote;
  }

  @Override
  public void recorded(String executionId) {
    remote.recorded(executionId);
    recordedOrLeft(executionId);
  }

  private void recordedOrLeft(String executionId) {
    Runnable step = unrecorded.get(executionId);
    if (step != null) {
      server.later(0, step);
    }
  }

  @Override
  public Optional<String> where(String executionId) {
    return remote.where(executionId);
  }

  // ---- what it knows of others

  @Override
  public boolean isLiving(String node) {
    if (!server.isCut()) {
      living = new HashSet<>(server.living());
    }
    return living.contains(node);
  }

  @Override
  public Optional<Peer> peer(String node) {
    return server.isCut() || !isLiving(node)
        ? Optional.empty()
        : Optional.of(new Peer(node, "there"));
  }

  @Override
  public void avoid(String node, String why) {}

  @Override
  public Talk open(Peer peer, Opening opening, byte[] record) {
    FarTalk talk = FarTalk.open(net, this, net.node(peer.owner()), opening, record);
    talks.put(opening.executionId(), talk);
    return talk;
  }

  @Override
  public byte[] describe(Peer peer) {
    throw new AssertionError("nobody is asked what it has");
  }

  @Override
  public InputStream bundle(Peer peer, String fingerprint) {
    throw new AssertionError("there are no payload files");
  }

  // ---- as one that runs programs of others

  /** The runner; programs of others tell something from time to time. */
  private final class Talkative implements Executions {
    @Override
    public void start(Execution execution, Listener listener) {
      FarStory story = net.story(execution.executionId());
      story.begin(server::fault);
      net.begun++;
      boolean[] isOver = {false};
      runner.start(
          execution,
          signal -> {
            isOver[0] |= signal instanceof Signal.Finished;
            listener.signal(signal);
            if (signal instanceof Signal.Leased) {
              for (int i = net.random.nextInt(6); i > 0; i--) {
                server.later(
                    net.random.nextInt(15_000),
                    () -> {
                      if (!isOver[0]) {
                        listener.signal(story.next());
                      }
                    });
              }
            }
          });
    }

    @Override
    public void stop(String executionId) {
      if (isFenced) {
        server.fault("a former owner has stopped " + executionId);
      }
      runner.stop(executionId);
    }

    @Override
    public CompletionStage<Void> stopAll() {
      return runner.stopAll();
    }
  }

  /** The index, as one thread waits for its answer while others do things. */
  private final class Asked implements RemoteExecutionIndex {
    @Override
    public CompletionStage<Boolean> begin(
        String jobId, long epoch, String executionId, String worker) {
      throw new AssertionError("this does not wait");
    }

    @Override
    public CompletionStage<Boolean> take(
        String jobId, long epoch, String executionId, String worker) {
      return asked(() -> net.index.take(jobId, epoch, executionId, worker));
    }

    @Override
    public CompletionStage<GivenUp> giveUp(
        String jobId, long epoch, String executionId, boolean isCertain) {
      return asked(() -> net.index.giveUp(jobId, epoch, executionId, isCertain));
    }

    private <T> CompletionStage<T> asked(Supplier<CompletionStage<T>> question) {
      if (server.isCut()) {
        return CompletableFuture.failedStage(MnException.unavailable("it is cut off", null));
      }
      CompletionStage<T> answer = question.get();
      net.lost += answer.toCompletableFuture().join() == GivenUp.DONE ? 1 : 0;
      int most = net.random.nextInt(4) == 0 ? net.random.nextInt(200) : 0;
      return server.meanwhile(most)
          ? answer
          : CompletableFuture.failedStage(MnException.unavailable("it is dead", null));
    }

    @Override
    public CompletionStage<Map<String, String>> of(String jobId, Collection<String> ids) {
      return net.index.of(jobId, ids);
    }

    @Override
    public CompletionStage<Void> end(String jobId, String executionId) {
      return net.index.end(jobId, executionId);
    }
  }
}
