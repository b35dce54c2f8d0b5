package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Targets;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredJob;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The jobs that are open on this node, each with its {@link JobLoop} on its lane, from the job's
 * beginning or its taking over until it ends. Thread-safe.
 */
final class JobLoops {
  /** After so long another server, or this one anew, may be there for who asks at the same door. */
  private static final long REFUSED_MS = 2000;

  private final EngineContext context;
  private final Consumer<String> uncertain;
  private final Map<String, JobLoop> open = new ConcurrentHashMap<>();

  private final DepartingJobs leaving;

  private volatile boolean closed;

  /** Why no new jobs are taken. */
  private final List<String> refusals = new CopyOnWriteArrayList<>();

  /** Whether others may open what would be opened here. */
  private volatile boolean suspended;

  /**
   * @param uncertain is called with the id of a job that is not open here and may be this node's: a
   *     new one that may or may not have been written, or one that has not left after all
   */
  JobLoops(EngineContext context, Consumer<String> uncertain) {
    this.context = context;
    this.uncertain = uncertain;
    this.leaving = new DepartingJobs(context, uncertain);
  }

  /**
   * Makes a job durable together with its first turn, and opens it unless it was there before.
   *
   * @param state made on the job's lane; what it throws is the answer
   * @param completed what is written for the first turn
   */
  CompletionStage<SubmittedJob> begin(
      NewJob job, Supplier<JobState> state, Input beginning, UnaryOperator<Commit> completed) {
    if (closed || suspended || !refusals.isEmpty()) {
      return CompletableFuture.failedFuture(noWork());
    }
    CompletableFuture<SubmittedJob> answer = new CompletableFuture<>();
    Executor eventLoop = context.ports().eventLoops().of(job.jobId());
    eventLoop.execute(
        () -> {
          JobLoop loop;
          try {
            loop =
                new JobLoop(context, eventLoop, context.plans().made(state.get()), 1, this::ended);
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
            return;
          }
          boolean first = put(loop);
          loop.create(beginning, commit -> context.store().create(job, completed.apply(commit)))
              .whenComplete(
                  (created, failure) -> {
                    if (failure != null) {
                      open.remove(job.jobId(), loop);
                      answer.completeExceptionally(TakeOver.reported(failure, job.jobId()));
                      if (TakeOver.isAway(failure)) {
                        uncertain.accept(job.jobId()); // it may have been written all the same
                      }
                    } else {
                      if (created.existing()) {
                        open.remove(job.jobId(), loop);
                      } else if (!first) { // the one that was there has failed meanwhile
                        put(loop);
                      }
                      answer.complete(new SubmittedJob(created.jobId(), "pending"));
                    }
                  });
        });
    return answer;
  }

  /**
   * Opens a stored job, unless no job may be opened. On its lane.
   *
   * @param isGiven whether its owner until now lives and has let go of it for this node
   * @return completes when it is open
   */
  CompletionStage<Void> open(JobState state, StoredJob stored, boolean isGiven) {
    return (closed
            ? CompletableFuture.completedStage(Planning.Known.NOTHING)
            : context.known(state))
        .thenCombine(leaving.end(state.jobId()), (known, ended) -> known)
        .thenAccept(
            known ->
                opened(state, stored.epoch(), context.plans().takenOver(state, known, isGiven)));
  }

  private void opened(JobState state, long epoch, Input.Loaded loaded) {
    if (isClosed()) {
      return;
    }
    JobLoop loop =
        new JobLoop(
            context, context.ports().eventLoops().of(state.jobId()), state, epoch, this::ended);
    open.put(loop.jobId(), loop); // one that asks whether the job is there gives way
    letGoIfSuspended(loop);
    loop.offer(loaded);
  }

  /** Unless a loop of the job is there: it may be asked for again while it begins or runs. */
  private boolean put(JobLoop loop) {
    boolean first = open.putIfAbsent(loop.jobId(), loop) == null;
    if (first) {
      letGoIfSuspended(loop);
    }
    return first;
  }

  private void letGoIfSuspended(JobLoop loop) {
    if (suspended) { // since it was asked whether it may be opened
      loop.letGo();
    }
  }

  void takeNoMore(String why) {
    refusals.add(why);
  }

  void takeAgain(String why) {
    refusals.remove(why);
  }

  private MnException noWork() {
    for (String refusal : refusals) {
      return MnException.unavailable(refusal, null).withRetryAfter(REFUSED_MS);
    }
    return MnException.unavailable(
        closed
            ? "the runtime is stopping"
            : "this server has lost its connection to the others and does no work until it is back",
        null);
  }

  private void ended(JobLoop loop) {
    open.remove(loop.jobId(), loop);
  }

  /** The loop of a job, or null when the job is not open here. */
  JobLoop get(String jobId) {
    return open.get(jobId);
  }

  DepartingJobs leaving() {
    return leaving;
  }

  /** Whether the job is open here, or programs of it may still run here. */
  boolean holds(String jobId) {
    return isOpen(jobId) || leaving.has(jobId);
  }

  /** All that are open. */
  List<String> ids() {
    return List.copyOf(open.keySet());
  }

  /**
   * The state of a new system job, with its copies.
   *
   * @param nodes that are to run them; none for this node alone
   */
  JobState spread(JobState state, List<String> nodes) {
    if (!nodes.isEmpty() && JobLoop.isSpread(state, context.decider())) {
      state.spread(Targets.of(nodes));
    }
    return state;
  }

  /** Those of which other nodes may run copies. */
  List<JobLoop> spread() {
    return open.values().stream().filter(loop -> loop.spread().isPresent()).toList();
  }

  boolean isOpen(String jobId) {
    return open.containsKey(jobId);
  }

  int size() {
    return open.size();
  }

  /** Whether no job may be opened. */
  boolean isClosed() {
    return closed || suspended;
  }

  /** Lets go of all jobs, as they are in the store; none is opened until {@link #goOn}. */
  CompletableFuture<Void> letGo() {
    suspended = true;
    return CompletableFuture.allOf(
        open.values().stream().map(JobLoop::letGo).toArray(CompletableFuture<?>[]::new));
  }

  void goOn() {
    suspended = false;
  }

  /** On this lane: its jobs are loaded again. */
  void reload(Executor eventLoop) {
    open.values().forEach(loop -> loop.reload(eventLoop));
  }

  /** Completes when each job has decided on what it was offered until now. */
  CompletableFuture<Void> idle() {
    return CompletableFuture.allOf(
        open.values().stream().map(JobLoop::idle).toArray(CompletableFuture<?>[]::new));
  }

  /** Ends all turns; no job is begun any more. */
  CompletableFuture<Void> close() {
    closed = true;
    leaving.close();
    return CompletableFuture.allOf(
        open.values().stream().map(JobLoop::close).toArray(CompletableFuture<?>[]::new));
  }
}
