package io.mirrorneuron.runtime.engine;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.FencedException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one job: takes all inputs that are waiting, folds them into the state, commits once, and
 * only then runs the effects. Everything but {@link #offer} and {@link #ask} happens on the job's
 * lane.
 *
 * <p>When a commit fails because the store is away, nobody knows whether it was written; the state
 * is then loaded again and the same inputs are offered once more. Commands are refused instead, at
 * once: whoever asked is still there to ask again.
 */
final class JobLoop {
  private static final Logger LOG = LoggerFactory.getLogger(JobLoop.class);
  private static final long LEASE_LINGER_MS = 25;

  private final EngineContext context;
  private final Executor lane;
  private final Inbox inbox = new Inbox();
  private final Effects effects;
  private final Consumer<JobLoop> ended;
  private final Questions questions = new Questions();

  private final CommitObstacle obstacle;
  private final JobReload reload;
  private JobState state;
  private final Set<String> agents;
  private final long epoch;
  private boolean busy;
  private boolean closed;
  private boolean lingers;

  private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

  /**
   * @param epoch of the store, which fences whoever owned the job before
   * @param ended hears, on the lane, that this node has nothing more to do with the job
   */
  JobLoop(EngineContext context, Executor lane, JobState state, long epoch, Consumer<JobLoop> ended) {
    this.context = context;
    this.ended = ended;
    this.lane = lane;
    this.state = state;
    this.agents = state.workflow().agents().keySet();
    this.obstacle = new CommitObstacle(state.jobId());
    this.epoch = epoch;
    this.effects = new Effects(context, lane, this::signalled, this::offer);
    this.reload =
        new JobReload(context, lane, state.jobId(), state.workflow(), epoch, new Reloaded());
  }

  String jobId() {
    return state.jobId();
  }

  /** The ids of the job's agents. Any thread. */
  Set<String> agents() {
    return agents;
  }

  /** Why nothing can be committed now; empty while the store is there and writes. Any thread. */
  Optional<MnException> obstacle() {
    return obstacle.reason();
  }

  /** Has the input decided on as soon as no turn is under way. Any thread. */
  void offer(Input input) {
    lane.execute(
        () -> {
          inbox.add(input);
          turn();
        });
  }

  /**
   * Offers the command and answers with the status once it is one that settles the question; fails
   * as UNAVAILABLE while the store is away.
   */
  CompletionStage<JobStatus> ask(Input.Command input, Predicate<JobStatus> settled) {
    CompletableFuture<JobStatus> answer = new CompletableFuture<>();
    lane.execute(
        () -> {
          if (closed && input instanceof Input.Deliver) {
            answer.completeExceptionally(MnException.precondition("job is not running"));
          } else if (closed) {
            answer.complete(state.status());
          } else if (obstacle.reason().isPresent()) {
            answer.completeExceptionally(obstacle.reason().get());
          } else {
            questions.add(input, settled, answer);
            inbox.add(input);
            turn();
          }
        });
    return answer;
  }

  /** The turn that is folded into the first commit. On the lane, before any other call. */
  CompletionStage<JobStore.Created> create(
      Input beginning, Function<Commit, CompletionStage<JobStore.Created>> store) {
    busy = true;
    Turn turn = new Turn(state, context.timers().now());
    Commit first;
    try {
      context.decider().decide(state, beginning, turn);
      first = turn.commit(epoch, context.rows().of(state, turn.now()));
    } catch (RuntimeException | StackOverflowError e) {
      closed = true;
      return CompletableFuture.failedFuture(e);
    }
    return store
        .apply(first)
        .whenComplete(
            (created, failure) -> {
              if (failure == null && !created.existing()) {
                committed(turn);
              } else {
                closed = true;
              }
            });
  }

  /** Completes when no commit is under way; no turn begins any more. Any thread. */
  CompletableFuture<Void> close() {
    return CompletableFuture.runAsync(this::abandon, lane).thenCompose(done -> idle);
  }

  private void turn() {
    if (busy || closed || inbox.isEmpty()) {
      return;
    }
    List<Input> inputs = inbox.takeAll();
    questions.decided(inputs);
    Turn turn = new Turn(state, context.timers().now());
    Commit commit;
    try {
      commit = decide(inputs, turn);
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

  /** Answers what is to be committed, or null when nothing has changed. */
  private Commit decide(List<Input> inputs, Turn turn) {
    for (Input input : inputs) {
      context.decider().decide(state, input, turn);
    }
    return turn.events().isEmpty() && !state.hasChanges()
        ? null
        : turn.commit(epoch, context.rows().of(state, turn.now()));
  }

  private void commit(Commit commit, List<Input> inputs, Turn turn) {
    busy = true;
    idle = new CompletableFuture<>();
    context
        .store()
        .commit(commit)
        .whenComplete(
            (done, failure) -> {
              try {
                if (failure == null) {
                  committed(turn);
                } else {
                  notCommitted(inputs, failure);
                }
              } catch (RuntimeException e) {
                LOG.error("job {} is committed but stuck; loading it again", jobId(), e);
                busy = true;
                reload.startLater();
              } finally {
                idle.complete(null);
              }
            });
  }

  /**
   * The state in memory is half changed and the input would end so again: the job fails, told from
   * the state as committed. When not even that can be decided, it stays as committed.
   */
  private void undecidable(List<Input> inputs, Throwable fault) {
    LOG.error("job {} cannot be decided on", jobId(), fault);
    if (inputs.stream().anyMatch(Input.Broken.class::isInstance)) {
      letGo();
      return;
    }
    busy = true;
    inbox.fail("internal error of the runtime: " + fault);
    reload.start();
  }

  private void committed(Turn turn) {
    busy = false;
    obstacle.committed();
    if (!turn.events().isEmpty()) {
      context.changed().accept(state.jobId());
    }
    settled(turn);
  }

  /** The state is as the store has it: run the effects, answer, go on. */
  private void settled(Turn turn) {
    if (!closed) {
      turn.effects().forEach(effect -> effects.run(effect, state));
    }
    questions.refuse(turn.refusals());
    questions.settle(state.status());
    if (state.status().isTerminal()) {
      questions.end(state.status());
      letGo();
    } else if (state.isRunning() && state.hasCandidates()) {
      inbox.goOn();
      lane.execute(this::turn);
    } else {
      turn();
    }
  }

  /**
   * That a program has its slots is no reason to commit at once: most often its end follows before
   * anybody could have read of its start.
   */
  private void signalled(Input.Signalled input) {
    inbox.add(input);
    if (!(input.signal() instanceof Executions.Signal.Leased)) {
      turn();
    } else if (!lingers) {
      lingers = true;
      long until = context.timers().now() + LEASE_LINGER_MS;
      context.timers().at(until, () -> lane.execute(this::endLinger));
    }
  }

  private void endLinger() {
    lingers = false;
    turn();
  }

  private void notCommitted(List<Input> inputs, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof FencedException) {
      LOG.warn("{}; letting go of it", cause.getMessage());
      letGo();
      return;
    }
    inbox.putBack(inputs);
    questions.refuse(obstacle.failed(cause));
    reload.startLater();
  }

  private final class Reloaded implements JobReload.Listener {
    @Override
    public boolean isClosed() {
      return closed;
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
      letGo();
    }
  }

  /** This node has nothing more to do with the job: it has ended, or is not to be gone on with. */
  private void letGo() {
    closed = true;
    busy = false;
    effects.stopAll();
    questions.refuse(MnException.unavailable("the job is not owned by this node any more", null));
    ended.accept(this);
  }

  private void abandon() {
    closed = true;
    questions.refuse(MnException.unavailable("the runtime is stopping", null));
  }
}
