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
 * Moves a job from one living node to another: the owner releases it at the end of a turn, the
 * other node takes it over under the epoch of that release. If the former owner takes it back
 * first, it raises the epoch, and the take-over fails. Thread-safe.
 */
public final class JobMoves {
  private final JobLoops loops;
  private final JobCommands commands;
  private final TakeOver takeOver;

  /**
   * How a job leaves this node for another one.
   *
   * @param endsPrograms whether programs that run here may be ended; otherwise leaving fails as
   *     PRECONDITION while there are any
   * @param staysForMs maximum time for which the job's services and their programs stay here until
   *     they are offered there; 0 for not at all
   */
  public record Leaving(boolean endsPrograms, long staysForMs) {}

  JobMoves(JobLoops loops, JobCommands commands, TakeOver takeOver) {
    this.loops = loops;
    this.commands = commands;
    this.takeOver = takeOver;
  }

  /**
   * Accepts no new jobs; jobs of other nodes are still taken over.
   *
   * @param why part of the refusal, with a way out for the caller
   */
  public void takeNoMore(String why) {
    loops.takeNoMore(why);
  }

  /** Removes one reason; new jobs are accepted when none is left. */
  public void takeAgain(String why) {
    loops.takeAgain(why);
  }

  public List<String> open() {
    return loops.ids();
  }

  /**
   * Releases an open job at the end of a turn. Its programs on other nodes continue.
   *
   * @return completes when none of its programs runs here, except those that stay for a while, with
   *     the epoch under which this node owned it; 0 when it is not open here
   */
  public CompletionStage<Long> leave(String jobId, Leaving how) {
    JobLoop loop = loops.get(jobId);
    return loop == null
        ? CompletableFuture.completedStage(0L)
        : loops.leaving().leave(loop, () -> loops.get(jobId) == loop, how);
  }

  /** Jobs that this node has released and whose services are still here. */
  public Set<String> staying() {
    return loops.leaving().staying();
  }

  /** Parses a stored manifest. */
  public Workflow workflow(String manifest) {
    return loops.leaving().context().manifests().apply(manifest);
  }

  /** Whether programs of an agent may simply run again, and thus twice. */
  public boolean mayRepeat(Workflow.Agent agent) {
    return loops.leaving().context().decider().mayRepeat(agent);
  }

  /**
   * Takes over a job that another node has released; does nothing if that node has taken it back.
   *
   * @param from the former owner
   * @param epoch under which the former owner released it
   * @return whether the former owner does not own it any more
   */
  public CompletionStage<Boolean> take(String jobId, String from, long epoch) {
    return takeOver.given(jobId, from, epoch);
  }

  /**
   * Whether this node still owns a job as it did when it released it.
   *
   * @param epoch of the release
   */
  public CompletionStage<Boolean> isStill(String jobId, long epoch) {
    return takeOver.isStill(jobId, epoch);
  }

  /** Opens a job that this node has released, unless another node has taken it meanwhile. */
  public void takeBack(String jobId) {
    takeOver.later(jobId);
  }

  /** Whether other nodes may run copies of jobs that are open here. */
  public boolean areSpread() {
    return !loops.spread().isEmpty();
  }

  /**
   * Passes the present nodes to each open job of which nodes run copies.
   *
   * @param nodes by workflow, as its author wrote it
   */
  public void spread(Function<Workflow, Input.Spread> nodes) {
    loops.spread().forEach(loop -> loop.offer(nodes.apply(loop.spread().orElseThrow())));
  }

  /**
   * Ends the programs of an open job and makes it wait for a person.
   *
   * @return its status, paused or terminal
   */
  public CompletionStage<JobStatus> review(String jobId, String reason) {
    return commands.give(
        jobId,
        new Input.Review(reason),
        status -> status != JobStatus.PAUSING && !status.isActive(),
        status -> true);
  }
}
