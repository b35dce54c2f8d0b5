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
   * Makes the job durable together with its first turn, then runs the effects of that turn.
   *
   * @param bundle fingerprint of the stored payloads, or null
   * @param by the name vouched for by the submitter's token, or null
   * @param deployed the deployment that makes the job, or null
   * @param copies names of the nodes that run copies of a system job; empty if only this node can
   *     run it
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

  /** Names of the living nodes, this one included, as of the last heartbeat. */
  private List<String> observed() {
    Stream<String> others =
        nodes.sawOthers() ? nodes.seen().stream().map(NodeRegistry::nameOf) : Stream.empty();
    return Stream.concat(Stream.of(nodeName), others).distinct().sorted().toList();
  }

  /**
   * Makes a paused job with the progress of a backed-up job. Fails as INVALID when workflow and
   * state do not fit each other.
   */
  public CompletionStage<SubmittedJob> restore(NewJob job, Workflow workflow, Restoration from) {
    return loops.begin(
        job,
        () -> from.state(job, workflow, timers.now(), inlineLimit),
        new Input.Restored(from),
        from::completed);
  }

  /**
   * Makes a job that begins at a point of a source job; both record the other. Fails as
   * UNAVAILABLE, and makes nothing, when the source is open on another node, because it could not
   * record the fork.
   *
   * @param workflow with the same graph as that of the source
   * @param by the name vouched for by the caller's token, or null
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
