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
 * The open jobs of this node, each with its {@link JobLoop} on its event loop, from creation or
 * take-over until its end. Thread-safe.
 */
final class JobLoops {
  /** Retry hint: by then another server, or this one restarted, may answer at the same address. */
  private static final long REFUSED_MS = 2000;

  private final EngineContext context;
  private final Consumer<String> uncertain;
  private final Map<String, JobLoop> open = new ConcurrentHashMap<>();

  private final DepartingJobs leaving;

  private volatile boolean closed;

  /** Reasons why no new jobs are accepted. */
  private final List<String> refusals = new CopyOnWriteArrayList<>();

  /** Whether this node opens no jobs, as other nodes may open them. */
  private volatile boolean suspended;

  /**
   * @param uncertain receives the id of a job that is not open here and may be this node's: its
   *     first commit is in doubt, or its move to another node has failed
   */
  JobLoops(EngineContext context, Consumer<String> uncertain) {
    this.context = context;
    this.uncertain = uncertain;
    this.leaving = new DepartingJobs(context, uncertain);
  }

  /**
   * Makes a job durable together with its first turn, and opens it unless it existed.
   *
   * @param state is made on the job's event loop; its exception is the answer
   * @param completed extends the first commit
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
                        uncertain.accept(job.jobId()); // it may have been written nevertheless
                      }
                    } else {
                      if (created.existing()) {
                        open.remove(job.jobId(), loop);
                      } else if (!first) { // the existing one has failed meanwhile
                        put(loop);
                      }
                      answer.complete(new SubmittedJob(created.jobId(), "pending"));
                    }
                  });
        });
    return answer;
  }

  /**
   * Opens a stored job, unless opening is suspended. Runs on the job's event loop.
   *
   * @param isGiven whether its living owner has released it for this node
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
    open.put(loop.jobId(), loop); // a loop that only asks whether the job exists gives way
    letGoIfSuspended(loop);
    loop.offer(loaded);
  }

  /**
   * Registers the loop unless the job has one: the job may be requested again while it begins or
   * runs.
   */
  private boolean put(JobLoop loop) {
    boolean first = open.putIfAbsent(loop.jobId(), loop) == null;
    if (first) {
      letGoIfSuspended(loop);
    }
    return first;
  }

  private void letGoIfSuspended(JobLoop loop) {
    if (suspended) { // suspended since the check
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

  /**
   * @return null when the job is not open here
   */
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

  List<String> ids() {
    return List.copyOf(open.keySet());
  }

  /**
   * Adds the copies to the state of a new system job.
   *
   * @param nodes that are to run them; empty for this node alone
   */
  JobState spread(JobState state, List<String> nodes) {
    if (!nodes.isEmpty() && JobLoop.isSpread(state, context.decider())) {
      state.spread(Targets.of(nodes));
    }
    return state;
  }

  /** The jobs of which other nodes may run copies. */
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

  /** Releases all jobs as they are in the store; none is opened until {@link #goOn}. */
  CompletableFuture<Void> letGo() {
    suspended = true;
    return CompletableFuture.allOf(
        open.values().stream().map(JobLoop::letGo).toArray(CompletableFuture<?>[]::new));
  }

  void goOn() {
    suspended = false;
  }

  /** Loads the jobs of this event loop again. */
  void reload(Executor eventLoop) {
    open.values().forEach(loop -> loop.reload(eventLoop));
  }

  /** Completes when each job has decided all inputs offered so far. */
  CompletableFuture<Void> idle() {
    return CompletableFuture.allOf(
        open.values().stream().map(JobLoop::idle).toArray(CompletableFuture<?>[]::new));
  }

  /** Ends all turns; no further job begins. */
  CompletableFuture<Void> close() {
    closed = true;
    leaving.close();
    return CompletableFuture.allOf(
        open.values().stream().map(JobLoop::close).toArray(CompletableFuture<?>[]::new));
  }
}
