package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes new jobs on this node: submitted, restored or forked. Thread-safe; no call blocks. */
public final class JobCreation {
  private static final Logger LOG = LoggerFactory.getLogger(JobCreation.class);

  private final JobLoops loops;
  private final JobCommands commands;
  private final EventAppender appender;
  private final Timers timers;
  private final String nodeName;
  private final int inlineLimit;
  private final NodeRegistry nodes;

  JobCreation(
      JobLoops loops,
      JobCommands commands,
      EventAppender appender,
      Engine.Ports ports,
      String nodeName,
      int inlineLimit) {
    this.loops = loops;
    this.commands = commands;
    this.appender = appender;
    this.timers = ports.timers();
    this.nodeName = nodeName;
    this.inlineLimit = inlineLimit;
    this.nodes = ports.nodes();
  }

  /**
   * Makes the job durable together with its first turn, then starts what that turn asks for.
   *
   * @param bundle fingerprint of the stored payloads, or null
   * @param by the name that the submitter's token vouches for, or null
   * @param deployed the deployment that makes the job, or null
   * @param copies names of nodes that are to run copies of a system job; none where this node alone
   *     ever can
   */
  public CompletionStage<SubmittedJob> submit(
      NewJob job,
      Workflow workflow,
      String bundle,
      String by,
      DeployedBy deployed,
      List<String> copies) {
    String runId = workflow.runId() == null ? RunId.of(job.jobId()) : workflow.runId();
    return loops.begin(
        job,
        () -> {
          JobOrigin origin =
              JobOrigin.of(timers.now(), runId, bundle)
                  .moving(workflow.isMovable() && nodes.sawOthers());
          JobHeader header =
              new JobHeader(workflow.isSystem() ? origin.onTarget(nodeName) : origin)
                  .submittedBy(by);
          JobState state = new JobState(job.jobId(), workflow, header, inlineLimit);
          if (deployed != null) {
            state.definition().deployed(deployed);
          }
          return loops.spread(state, copies);
        },
        new Input.Start(observed()),
        commit -> commit);
  }

  /** Names of the nodes that live, this one too, as the last heartbeat was told. */
  private List<String> observed() {
    Stream<String> others =
        nodes.sawOthers() ? nodes.seen().stream().map(NodeRegistry::nameOf) : Stream.empty();
    return Stream.concat(Stream.of(nodeName), others).distinct().sorted().toList();
  }

  /**
   * Makes a paused job with the progress of another one, from its backup. Fails as INVALID when the
   * workflow and the state do not fit each other.
   */
  public CompletionStage<SubmittedJob> restore(NewJob job, Workflow workflow, Restoration from) {
    return loops.begin(
        job,
        () -> from.state(job, workflow, timers.now(), inlineLimit),
        new Input.Restored(from),
        from::completed);
  }

  /**
   * Makes a job that begins where another one was; both remember the other. Fails as UNAVAILABLE,
   * and makes nothing, when the other is open on another node: that node could not record the fork.
   *
   * @param workflow with the same graph as that of the other job
   * @param by the name that the caller's token vouches for, or null
   */
  public CompletionStage<SubmittedJob> fork(NewJob job, Workflow workflow, Fork fork, String by) {
    return commands
        .checkEventsCanBeAdded(fork.sourceJobId())
        .thenCompose(
            yes ->
                loops.begin(
                    job,
                    () -> fork.state(job, workflow, by, timers.now(), inlineLimit),
                    new Input.Forked(fork),
                    commit -> commit))
        .thenCompose(
            made ->
                made.jobId().equals(job.jobId())
                    ? recordInSource(fork, made.jobId()).thenApply(done -> made)
                    : CompletableFuture.completedFuture(made)); // made by an earlier call
  }

  /** Records the fork in the source job. The new job exists whether or not this succeeds. */
  private CompletionStage<Void> recordInSource(Fork fork, String jobId) {
    JobLoop loop = loops.get(fork.sourceJobId());
    if (loop != null) {
      loop.offer(new Input.ForkedTo(jobId, fork.at()));
      return CompletableFuture.completedFuture(null);
    }
    return appender
        .forked(fork, jobId)
        .exceptionally(
            failure -> {
              LOG.warn("job {} could not be informed of {}", fork.sourceJobId(), jobId, failure);
              return null;
            });
  }
}
