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

/** The thread-safe handle of one open job: passes all work to the job's lane. */
final class JobLoop {
  /** Causes that another node may not have. */
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
   * @param epoch of the store, which fences whoever owned the job before
   * @param ended runs on the lane when this node has nothing more to do with the job
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

  /** The ids of the job's agents. */
  Set<String> agents() {
    return definition.workflow().agents().keySet();
  }

  /** What each node runs a copy of, as its author wrote it; empty where other nodes run none. */
  Optional<Workflow> spread() {
    return isSpread ? Optional.of(definition.written()) : Optional.empty();
  }

  /** Whether its programs may simply run again, as those of other nodes must. */
  static boolean isSpread(JobState state, Decider decider) {
    return state.workflow().agents().values().stream()
        .filter(agent -> agent.type() == AgentType.EXECUTOR)
        .allMatch(agent -> decider.isRepeatable(state.view(agent.id()).mailbox()));
  }

  /** Why nothing can be committed now; empty while the store is there and writes. */
  Optional<MnException> obstacle() {
    return obstacle.reason();
  }

  /** Queues the input for the next turn. */
  void offer(Input input) {
    eventLoop.execute(() -> turns.take(input));
  }

  /**
   * Offers the command and answers with the status once it is one that settles the question; fails
   * as UNAVAILABLE while the store is away.
   */
  CompletionStage<JobStatus> ask(Input.Command command, Predicate<JobStatus> settled) {
    CompletableFuture<JobStatus> answer = new CompletableFuture<>();
    eventLoop.execute(() -> turns.take(command, settled, answer));
    return answer;
  }

  /** The turn that is folded into the first commit. On the lane, before any other call. */
  CompletionStage<JobStore.Created> create(
      Input beginning, Function<Commit, CompletionStage<JobStore.Created>> store) {
    return turns.create(beginning, store);
  }

  /** Loads the job again when it is on this lane, which is the one that calls. */
  void reload(Executor present) {
    if (eventLoop == present) {
      turns.reload();
    }
  }

  /** Lets go of the job as it is in the store; completes when no turn begins any more. */
  CompletableFuture<Void> letGo() {
    return CompletableFuture.runAsync(turns::lost, eventLoop);
  }

  /**
   * Lets go of the job at the end of a turn, for another node to go on with it.
   *
   * @param isOpen whether this is still the job's loop; asked on the lane
   * @return what stays here of it; null when that is over already; fails as PRECONDITION while
   *     programs run here that may not be ended, as UNAVAILABLE while nobody knows what is stored
   *     of it
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
   * Whether programs of it run here, or wait for it. Those that wait for room on a full disk, or
   * for a node that is too busy, may be ended, if no person is to be asked then whether they may
   * run again.
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

  /** See {@link JobWatch.Listener#isArriving}. */
  CompletableFuture<Boolean> isArriving() {
    return CompletableFuture.supplyAsync(() -> turns.effects().isArriving(), eventLoop)
        .thenCompose(asked -> asked);
  }

  /** Under which this node owns it. */
  long epoch() {
    return epoch;
  }

  /** Completes when no commit is under way; no turn begins any more. */
  CompletableFuture<Void> close() {
    return CompletableFuture.runAsync(() -> turns.close("the runtime is stopping"), eventLoop)
        .thenCompose(done -> turns.idle());
  }

  /** Completes when what was offered until now is decided on, and the effects of it have begun. */
  CompletableFuture<Void> idle() {
    return CompletableFuture.runAsync(() -> {}, eventLoop).thenCompose(done -> turns.idle());
  }
}
