package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * How a job gets from one living node to another: the one lets go of it at the end of a turn, the
 * other takes it over under the epoch under which that was. A former owner that takes it back first
 * has raised the epoch, and then it cannot be taken. Thread-safe.
 */
public final class JobMoves {
  private final JobLoops loops;
  private final JobCommands commands;
  private final TakeOver takeOver;

  /**
   * How a job leaves this node for another one.
   *
   * @param endsPrograms whether programs that run here may be ended; else it fails as PRECONDITION
   *     while there are some
   * @param staysForMs how long what it offers, and the programs behind that, may stay here at most,
   *     until it is offered there; 0 for not at all
   */
  public record Leaving(boolean endsPrograms, long staysForMs) {}

  JobMoves(JobLoops loops, JobCommands commands, TakeOver takeOver) {
    this.loops = loops;
    this.commands = commands;
    this.takeOver = takeOver;
  }

  /**
   * Begins no new jobs any more; those of others are taken over as before.
   *
   * @param why is told to who asks, with the way out
   */
  public void takeNoMore(String why) {
    loops.takeNoMore(why);
  }

  /** Begins new jobs again, unless there is another reason why not. */
  public void takeAgain(String why) {
    loops.takeAgain(why);
  }

  /** The jobs that are open here. */
  public List<String> open() {
    return loops.ids();
  }

  /**
   * Lets go of a job that is open here, at the end of a turn. Programs of it on other nodes go on.
   *
   * @return when none runs here any more but those that stay for a while, the epoch under which it
   *     was this node's; 0 when it is not open here
   */
  public CompletionStage<Long> leave(String jobId, Leaving how) {
    JobLoop loop = loops.get(jobId);
    return loop == null
        ? CompletableFuture.completedStage(0L)
        : loops.leaving().leave(loop, () -> loops.get(jobId) == loop, how);
  }

  /** Jobs that this node has let go of and whose services are still here. */
  public Set<String> staying() {
    return loops.leaving().staying();
  }

  /** What a stored manifest says. */
  public Workflow workflow(String manifest) {
    return loops.leaving().context().manifests().apply(manifest);
  }

  /** Whether programs of an agent may simply run again, and so run twice. */
  public boolean mayRepeat(Workflow.Agent agent) {
    return loops.leaving().context().decider().mayRepeat(agent);
  }

  /**
   * Goes on with a job that another node has let go of; nothing happens if that one goes on with
   * it.
   *
   * @param from its owner until now
   * @param epoch under which that one let go of it
   * @return whether it is not that one's any more
   */
  public CompletionStage<Boolean> take(String jobId, String from, long epoch) {
    return takeOver.given(jobId, from, epoch);
  }

  /**
   * Whether a job is still this node's as it was when this node let go of it.
   *
   * @param epoch under which that was
   */
  public CompletionStage<Boolean> isStill(String jobId, long epoch) {
    return takeOver.isStill(jobId, epoch);
  }

  /** Opens a job that this node has let go of, unless another one has taken it meanwhile. */
  public void takeBack(String jobId) {
    takeOver.later(jobId);
  }

  /** Whether other nodes may run copies of jobs that are open here. */
  public boolean areSpread() {
    return !loops.spread().isEmpty();
  }

  /**
   * Tells each open job of which nodes run copies which nodes those are.
   *
   * @param nodes by what they are to run, as its author wrote it
   */
  public void spread(Function<Workflow, Input.Spread> nodes) {
    loops.spread().forEach(loop -> loop.offer(nodes.apply(loop.spread().orElseThrow())));
  }

  /**
   * Ends the programs of a job that is open here, and has it wait for a person.
   *
   * @return its status, paused or a final one
   */
  public CompletionStage<JobStatus> review(String jobId, String reason) {
    return commands.give(
        jobId,
        new Input.Review(reason),
        status -> status != JobStatus.PAUSING && !status.isActive(),
        status -> true);
  }
}
