package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.decide.Turn;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.FencedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of one job: takes all waiting inputs, folds them into the state, commits once, and only
 * then runs the effects. Runs on the job's event loop only.
 *
 * <p>After a commit in doubt the state is loaded again and the same inputs are offered once more;
 * commands are refused at once. A commit refused for its content is also tried once more, and then
 * fails the job.
 */
final class JobTurns implements JobReload.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(JobTurns.class);

  private final EngineContext context;
  private final Executor eventLoop;
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
      Executor eventLoop,
      JobState state,
      long epoch,
      CommitObstacle obstacle,
      Runnable ended) {
    this.context = context;
    this.eventLoop = eventLoop;
    this.epoch = epoch;
    this.ended = ended;
    this.obstacle = obstacle;
    this.state = state;
    this.effects = new Effects(context, eventLoop, inbox, this::turn, state, epoch);
    this.reload = new JobReload(context, eventLoop, state.jobId(), epoch, effects::haveEnded, this);
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
    CompletableFuture<Void> done = new CompletableFuture<>(); // the next turn has its own
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
      eventLoop.execute(this::turn);
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

  /** The store may have lost commits. A running commit fails and has the same effect. */
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

  /** Releases the job, except for programs that may stay for a while. */
  DepartingJobs.Stay leave(JobMoves.Leaving how) {
    busy = false;
    close("the job is not owned by this node any more");
    ended.run();
    return effects.hand(how.staysForMs());
  }

  Effects effects() {
    return effects;
  }

  /** No further turn begins; waiting callers fail with this reason. */
  void close(String why) {
    closed = true;
    reload.stop();
    waiters.close(why);
  }

  /** Logs the end of a job in one line. */
  private static final class EndedJobLog {
    private static final Logger LOG = LoggerFactory.getLogger(EndedJobLog.class);

    private EndedJobLog() {}

    static void tell(JobState state) {
      if (!LOG.isInfoEnabled()) {
        return;
      }
      var failure = state.header().failure();
      var line = LOG.atInfo().addKeyValue("run_id", state.header().origin().runId());
      if (state.status() == JobStatus.FAILED && failure != null) {
        line.log(
            "job {} failed: {} ({})",
            state.jobId(),
            line(failure.path("desc").asText()),
            line(failure.path("code").asText()));
      } else if (state.status() == JobStatus.CANCELLED) {
        line.log(
            "job {} cancelled{}", state.jobId(), line(cancellation(state.header().subjects())));
      } else {
        line.log("job {} {}", state.jobId(), state.status().word());
      }
    }

    /** The caller and reason of a cancellation, if given. */
    private static String cancellation(Subjects subjects) {
      String by = subjects.cancelledBy() == null ? "" : " by " + subjects.cancelledBy();
      return subjects.cancelReason() == null ? by : by + ": " + subjects.cancelReason();
    }

    /** Program output may contain line ends. */
    private static String line(String text) {
      return text.replaceAll("\\p{Cntrl}+", " ");
    }
  }

  /** Callers that wait for a job to reach a status. Runs on the job's event loop only. */
  private static final class StatusWaiters {
    private record Question(
        Input.Command command, Predicate<JobStatus> settled, CompletableFuture<JobStatus> answer) {}

    private final List<Question> open = new ArrayList<>();

    /** Undecided commands; the present status does not answer them. */
    private final Set<Input> undecided = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * Keeps the question, or answers it at once.
     *
     * @param ended the status of a job that has ended, or null
     * @param obstacle why commits fail at present
     * @return whether the command is to be decided
     */
    boolean add(
        Input.Command command,
        Predicate<JobStatus> settled,
        CompletableFuture<JobStatus> answer,
        JobStatus ended,
        Optional<MnException> obstacle) {
      if (ended != null) {
        ended(command, ended, answer);
      } else if (obstacle.isPresent()) {
        answer.completeExceptionally(obstacle.get());
      } else {
        open.add(new Question(command, settled, answer));
        undecided.add(command);
      }
      return ended == null && obstacle.isEmpty();
    }

    /** The turn that begins now decides these inputs. */
    void decided(List<Input> inputs) {
      inputs.forEach(undecided::remove);
    }

    /** Answers callers whose command was refused, with the reason. */
    void refuse(Map<Input.Command, MnException> refusals) {
      if (refusals.isEmpty()) {
        return;
      }
      open.removeIf(
          question -> {
            MnException why = refusals.get(question.command());
            return why != null && question.answer().completeExceptionally(why);
          });
    }

    void settle(JobStatus status) {
      Iterator<Question> questions = open.iterator();
      while (questions.hasNext()) {
        Question question = questions.next();
        if (!undecided.contains(question.command()) && question.settled().test(status)) {
          questions.remove();
          question.answer().complete(status);
        }
      }
    }

    /** Answers all callers: the job has ended. Undecided messages are refused. */
    void end(JobStatus status) {
      open.forEach(question -> ended(question.command(), status, question.answer()));
      clear();
    }

    private static void ended(
        Input.Command command, JobStatus status, CompletableFuture<JobStatus> answer) {
      if (command instanceof Input.Deliver) {
        answer.completeExceptionally(MnException.precondition("job is not running"));
      } else {
        answer.complete(status);
      }
    }

    private void refuse(MnException reason) {
      open.forEach(question -> question.answer().completeExceptionally(reason));
      clear();
    }

    /**
     * Answers all callers: a turn could not be committed. Undecided commands are dropped, and so
     * are those of that turn if the store has refused it. If the commit is in doubt, the commands
     * of the turn may have been carried out.
     *
     * @param inputs of that turn
     */
    void refuse(MnException reason, List<Input> inputs) {
      Set<Input> undone = Collections.newSetFromMap(new IdentityHashMap<>());
      undone.addAll(undecided);
      if (reason.code() != ErrorCode.UNAVAILABLE) {
        undone.addAll(inputs);
      }
      MnException unknown = reason.inDoubt("the job");
      open.forEach(
          question ->
              question
                  .answer()
                  .completeExceptionally(undone.contains(question.command()) ? reason : unknown));
      clear();
    }

    /**
     * Answers all callers: this node decides nothing of the job any more. Usually there are none.
     */
    void close(String why) {
      if (!open.isEmpty()) {
        refuse(MnException.unavailable(why, null));
      }
    }

    private void clear() {
      open.clear();
      undecided.clear();
    }
  }
}
