package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.decide.Turn;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.FencedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of one job: takes all inputs that wait, folds them into the state, commits once, and
 * only then runs the effects. On the job's lane only.
 *
 * <p>After a commit of which nobody knows whether it was written the state is loaded again and the
 * same inputs are offered once more; commands are refused at once. What the store refuses for what
 * it is is offered once more, too, and then fails the job.
 */
final class JobTurns implements JobReload.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(JobTurns.class);

  private final EngineContext context;
  private final Executor lane;
  private final long epoch;
  private final Runnable ended;
  private final CommitObstacle obstacle;
  private final InputQueue inbox = new InputQueue();
  private final StatusWaiters waiters = new StatusWaiters();
  private final Effects effects;
  private final JobReload reload;

  private JobState state;
  private boolean busy;
  private boolean closed;
  private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

  JobTurns(
      EngineContext context,
      Executor lane,
      JobState state,
      long epoch,
      CommitObstacle obstacle,
      Runnable ended) {
    this.context = context;
    this.lane = lane;
    this.epoch = epoch;
    this.ended = ended;
    this.obstacle = obstacle;
    this.state = state;
    this.effects = new Effects(context, lane, inbox, this::turn, state, epoch);
    this.reload = new JobReload(context, lane, state.jobId(), epoch, effects::haveEnded, this);
  }

  CompletableFuture<Void> idle() {
    return idle;
  }

  boolean isBusy() {
    return busy;
  }

  void take(Input input) {
    inbox.add(input);
    turn();
  }

  void take(
      Input.Command command, Predicate<JobStatus> settled, CompletableFuture<JobStatus> answer) {
    if (waiters.add(command, settled, answer, closed ? state.status() : null, obstacle.reason())) {
      take(command);
    }
  }

  CompletionStage<JobStore.Created> create(
      Input beginning, Function<Commit, CompletionStage<JobStore.Created>> store) {
    busy = true;
    Turn turn = new Turn(state, context.timers().now());
    Commit first;
    try {
      first = context.decide(List.of(beginning), state, turn, epoch);
    } catch (RuntimeException | StackOverflowError e) {
      closed = true;
      return CompletableFuture.failedFuture(e);
    }
    return store
        .apply(first)
        .whenComplete(
            (created, failure) -> {
              closed = failure != null || created.existing();
              if (!closed) {
                committed(turn);
              }
            });
  }

  private void turn() {
    if (busy || closed || inbox.isEmpty()) {
      return;
    }
    List<Input> inputs = inbox.takeAll();
    waiters.decided(inputs);
    Turn turn = new Turn(state, context.timers().now());
    Commit commit;
    try {
      commit = context.decide(inputs, state, turn, epoch);
    } catch (RuntimeException | StackOverflowError e) {
      undecidable(inputs, e);
      return;
    }
    if (commit == null) {
      settled(turn);
    } else {
      commit(commit, inputs, turn);
    }
  }

  private void commit(Commit commit, List<Input> inputs, Turn turn) {
    busy = true;
    CompletableFuture<Void> done = new CompletableFuture<>(); // the next one has another
    idle = done;
    context
        .store()
        .commit(commit)
        .whenComplete(
            (stored, failure) -> {
              try {
                if (failure == null) {
                  committed(turn);
                } else {
                  notCommitted(inputs, failure);
                }
              } catch (RuntimeException e) {
                LOG.error("job {} is committed but stuck; loading it again", state.jobId(), e);
                busy = true;
                reload.startLater();
              } finally {
                done.complete(null);
              }
            });
  }

  private void undecidable(List<Input> inputs, Throwable fault) {
    LOG.error("job {} cannot be decided on", state.jobId(), fault);
    busy = true;
    if (canFail("internal error of the runtime: " + fault, inputs, fault)) {
      reload.start();
    }
  }

  private void committed(Turn turn) {
    busy = false;
    obstacle.committed();
    context.tell(turn, state.jobId());
    settled(turn);
  }

  /** The state in memory equals the stored one: runs the effects, answers callers, continues. */
  private void settled(Turn turn) {
    if (!closed) {
      effects.runAll(turn.effects(), state);
    }
    waiters.refuse(turn.refusals());
    waiters.settle(state.status());
    if (state.status().isTerminal()) {
      EndedJobLog.tell(state);
      waiters.end(state.status());
      lost();
    } else if (state.isRunning() && state.hasCandidates()) {
      inbox.addContinuation();
      lane.execute(this::turn);
    } else {
      turn();
    }
  }

  private void notCommitted(List<Input> inputs, Throwable failure) {
    Throwable cause = JobReload.cause(failure);
    if (cause instanceof FencedException) {
      LOG.warn("{}; letting go of it", cause.getMessage());
      lost();
      return;
    }
    waiters.refuse(obstacle.failed(cause), inputs);
    if (!obstacle.isForGood()) {
      inbox.putBack(inputs);
    } else if (!canFail("the store refuses its state: " + cause.getMessage(), inputs, cause)) {
      return;
    }
    reload.startLater(obstacle.pauseMs());
  }

  /** The store may have lost commits. A commit that is under way fails and has the same effect. */
  void reload() {
    if (!busy && !closed) {
      busy = true;
      reload.start();
    }
  }

  private boolean canFail(String reason, List<Input> inputs, Throwable why) {
    if (inbox.fail(reason, inputs)) {
      return true;
    }
    lost();
    context.stuck().accept(state.jobId(), why);
    return false;
  }

  @Override
  public void loaded(JobState stored) {
    state = stored;
    obstacle.loaded();
    busy = false;
    inbox.reloaded(effects.running());
    turn();
  }

  @Override
  public void lost() {
    leave(new JobMoves.Leaving(true, 0));
  }

  /** This node has nothing more to do with the job, but for what may stay for a while. */
  LeavingJobs.Stay leave(JobMoves.Leaving how) {
    busy = false;
    close("the job is not owned by this node any more");
    ended.run();
    return effects.hand(how.staysForMs());
  }

  Effects effects() {
    return effects;
  }

  /** No turn begins any more; callers that wait are told why. */
  void close(String why) {
    closed = true;
    reload.stop();
    waiters.close(why);
  }
}
