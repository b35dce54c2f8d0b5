package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.decide.Decider;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobDefinition;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The thread-safe handle of one open job: passes all work to the job's event loop. */
final class JobLoop {
  /** Causes for waiting that may not exist on another node. */
  private static final Set<Hold.Cause> LEFT_BEHIND = Set.of(Hold.Cause.ROOM, Hold.Cause.LOAD);

  private final String jobId;
  private final JobDefinition definition;
  private final boolean isSpread;
  private final EngineContext context;
  private final Executor eventLoop;
  private final CommitObstacle obstacle;
  private final JobTurns turns;
  private final long epoch;

  /**
   * @param epoch of the store, which fences earlier owners
   * @param ended runs on the event loop when this node has released the job
   */
  JobLoop(
      EngineContext context,
      Executor eventLoop,
      JobState state,
      long epoch,
      Consumer<JobLoop> ended) {
    this.context = context;
    this.jobId = state.jobId();
    this.epoch = epoch;
    this.definition = state.definition();
    this.isSpread =
        !state.header().origin().targets().isNone() && isSpread(state, context.decider());
    this.eventLoop = eventLoop;
    this.obstacle = new CommitObstacle(jobId);
    this.turns = new JobTurns(context, eventLoop, state, epoch, obstacle, () -> ended.accept(this));
  }

  String jobId() {
    return jobId;
  }

  Set<String> agents() {
    return definition.workflow().agents().keySet();
  }

  /** The workflow as written by its author, if each node runs a copy of it; otherwise empty. */
  Optional<Workflow> spread() {
    return isSpread ? Optional.of(definition.written()) : Optional.empty();
  }

  /** Whether its programs may simply run again, as programs on other nodes must. */
  static boolean isSpread(JobState state, Decider decider) {
    return state.workflow().agents().values().stream()
        .filter(agent -> agent.type() == AgentType.EXECUTOR)
        .allMatch(agent -> decider.isRepeatable(state.view(agent.id()).mailbox()));
  }

  /** Why commits fail at present; empty while the store is reachable and writable. */
  Optional<MnException> obstacle() {
    return obstacle.reason();
  }

  void offer(Input input) {
    eventLoop.execute(() -> turns.take(input));
  }

  /**
   * Offers the command and answers with the first status that settles it; fails as UNAVAILABLE
   * while the store is away.
   */
  CompletionStage<JobStatus> ask(Input.Command command, Predicate<JobStatus> settled) {
    CompletableFuture<JobStatus> answer = new CompletableFuture<>();
    eventLoop.execute(() -> turns.take(command, settled, answer));
    return answer;
  }

  /** Runs the turn of the first commit. On the event loop, before any other call. */
  CompletionStage<JobStore.Created> create(
      Input beginning, Function<Commit, CompletionStage<JobStore.Created>> store) {
    return turns.create(beginning, store);
  }

  /** Loads the job again if it runs on this event loop, which must be the caller's. */
  void reload(Executor present) {
    if (eventLoop == present) {
      turns.reload();
    }
  }

  /** Releases the job as it is in the store; completes when no further turn begins. */
  CompletableFuture<Void> letGo() {
    return CompletableFuture.runAsync(turns::lost, eventLoop);
  }

  /**
   * Releases the job at the end of a turn, so that another node can continue it.
   *
   * @param isOpen whether this is still the job's loop; asked on the event loop
   * @return the staying programs; null when the loop has ended already; fails as PRECONDITION while
   *     programs run here that may not be ended, as UNAVAILABLE while the job's stored state is
   *     unknown
   */
  CompletableFuture<DepartingJobs.Stay> leave(BooleanSupplier isOpen, JobMoves.Leaving how) {
    return CompletableFuture.supplyAsync(() -> leaveNow(isOpen, how), eventLoop)
        .thenCompose(left -> left);
  }

  private CompletableFuture<DepartingJobs.Stay> leaveNow(
      BooleanSupplier isOpen, JobMoves.Leaving how) {
    if (!isOpen.getAsBoolean()) {
      return CompletableFuture.completedFuture(null);
    }
    if (!turns.isBusy()) {
      return !how.endsPrograms() && runsHere()
          ? CompletableFuture.failedFuture(MnException.precondition("programs of it run here"))
          : CompletableFuture.completedFuture(turns.leave(how));
    }
    return turns.idle().isDone()
        ? CompletableFuture.failedFuture(
            MnException.unavailable("job " + jobId + " cannot be stored now", null))
        : turns.idle().thenCompose(done -> leave(isOpen, how));
  }

  /**
   * Whether programs of the job run or wait here. A program that waits for disk space or for lower
   * load may be ended, unless a person would have to decide whether it may run again.
   */
  private boolean runsHere() {
    Set<String> here =
        turns.effects().running().stream()
            .filter(id -> context.executions().where(id).isEmpty())
            .collect(Collectors.toSet());
    return !here.isEmpty() && !(here.stream().allMatch(this::waitsForNode) && mayRepeat());
  }

  private boolean waitsForNode(String executionId) {
    return context
        .executions()
        .hold(executionId)
        .filter(hold -> LEFT_BEHIND.contains(hold.cause()))
        .isPresent();
  }

  private boolean mayRepeat() {
    return definition.workflow().agents().values().stream()
        .filter(agent -> agent.type() == AgentType.EXECUTOR)
        .allMatch(context.decider()::mayRepeat);
  }

  CompletableFuture<Boolean> isArriving() {
    return CompletableFuture.supplyAsync(() -> turns.effects().isArriving(), eventLoop)
        .thenCompose(asked -> asked);
  }

  long epoch() {
    return epoch;
  }

  /** Completes when no commit is running; no further turn begins. */
  CompletableFuture<Void> close() {
    return CompletableFuture.runAsync(() -> turns.close("the runtime is stopping"), eventLoop)
        .thenCompose(done -> turns.idle());
  }

  /** Completes when all inputs offered so far are decided and their effects have begun. */
  CompletableFuture<Void> idle() {
    return CompletableFuture.runAsync(() -> {}, eventLoop).thenCompose(done -> turns.idle());
  }
}
