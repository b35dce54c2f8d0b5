package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.SubmittedJob;
import io.mirrorneuron.runtime.decide.Decider;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.documents.JobDocuments;
import io.mirrorneuron.runtime.documents.JobRow;
import io.mirrorneuron.runtime.documents.JobViews;
import io.mirrorneuron.runtime.documents.Obstacles;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.Lanes;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.state.StoredFields;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.NodeRegistry;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the jobs of this node: one {@link JobLoop} for each that is not terminal. Thread-safe; no
 * call blocks. Nothing is lost when it dies: {@link #recover} on the next start goes on with what
 * was committed.
 */
public final class Engine {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final JobStore store;
  private final Timers timers;
  private final Function<String, Workflow> manifests;
  private final String nodeName;
  private final int inlineLimit;
  private final JobLoops loops;
  private final JobViews views;
  private final Commands commands;
  private final TakeOver takeOver;
  private final EventAppender appender;
  private final BlockedJobs blocked;

  /**
   * Who this engine is.
   *
   * @param nodeName of the form {@code mirror_neuron@host}
   * @param owner the same for every process that ever works on this data directory, and no other
   * @param reviewInFlight whether programs cut short by a crash wait for a person by default
   * @param inlineLimit size of a JSON value, in bytes, from which on the state of a job holds it
   *     once and refers to it
   */
  public record Identity(String nodeName, String owner, boolean reviewInFlight, int inlineLimit) {}

  /** What an engine stands on. */
  public record Ports(
      JobStore store, NodeRegistry nodes, Executions executions, Timers timers, Lanes lanes) {}

  /**
   * @param manifests parses a stored manifest again
   * @param bundles payload folder by fingerprint
   * @param changed is called with the id of each job that has new events
   */
  public Engine(
      Identity identity,
      Ports ports,
      Function<String, Workflow> manifests,
      Function<String, Path> bundles,
      Consumer<String> changed) {
    this.store = ports.store();
    this.timers = ports.timers();
    this.manifests = manifests;
    this.nodeName = identity.nodeName();
    this.inlineLimit = identity.inlineLimit();
    this.takeOver =
        new TakeOver(store, ports.nodes(), timers, identity.owner(), this::isOpen, this::resume);
    this.loops =
        new JobLoops(
            new EngineContext(
                ports,
                new Decider(nodeName, identity.reviewInFlight()),
                new JobRow(nodeName),
                bundles,
                changed,
                inlineLimit),
            takeOver::later);
    this.views =
        new JobViews(
            new JobDocuments(nodeName),
            manifests,
            timers,
            new Obstacles(ports.executions(), this::obstacle));
    this.appender = new EventAppender(store, timers, changed);
    this.blocked = new BlockedJobs(store, timers, appender);
    this.commands = new Commands(loops, store, blocked, nodeName);
  }

  /**
   * Makes the job durable together with its first turn, then starts what that turn asks for.
   *
   * @param bundle fingerprint of the stored payloads, or null
   * @param by the name that the submitter's token vouches for, or null
   */
  public CompletionStage<SubmittedJob> submit(
      NewJob job, Workflow workflow, String bundle, String by) {
    String runId = workflow.runId() == null ? RunId.of(job.jobId()) : workflow.runId();
    return loops.begin(
        job,
        () -> {
          JobHeader header =
              new JobHeader(
                      JobOrigin.of(timers.now(), runId, bundle)
                          .onTarget(workflow.isSystem() ? nodeName : null))
                  .submittedBy(by);
          return new JobState(job.jobId(), workflow, header, inlineLimit);
        },
        new Input.Start(),
        commit -> commit);
  }

  /**
   * Makes a paused job that is as far as another one was. Fails as INVALID when the workflow and
   * the state do not fit each other.
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
   * @param by the name that the caller's token vouches for, or null
   */
  public CompletionStage<SubmittedJob> fork(NewJob job, Fork fork, String by) {
    String runId = RunId.of(job.jobId());
    return commands
        .checkCanBeTold(fork.sourceJobId())
        .thenCompose(
            yes ->
                loops.begin(
                    job,
                    () -> fork.state(job.jobId(), runId, by, timers.now(), inlineLimit),
                    new Input.Forked(fork),
                    commit -> commit))
        .thenCompose(
            made ->
                made.jobId().equals(job.jobId())
                    ? tellSource(fork, made.jobId()).thenApply(done -> made)
                    : CompletableFuture.completedFuture(made)); // made by an earlier call
  }

  /** The new job is there whether or not this succeeds. */
  private CompletionStage<Void> tellSource(Fork fork, String jobId) {
    JobLoop loop = loops.get(fork.sourceJobId());
    if (loop != null) {
      loop.offer(new Input.ForkedTo(jobId, fork.at()));
      return CompletableFuture.completedFuture(null);
    }
    return appender
        .forked(fork, jobId)
        .exceptionally(
            failure -> {
              LOG.warn("job {} could not be told of {}", fork.sourceJobId(), jobId, failure);
              return null;
            });
  }

  /** Cancel, pause, resume and deliver. */
  public Commands commands() {
    return commands;
  }

  /** The documents that readers get of jobs. */
  public JobViews views() {
    return views;
  }

  /**
   * Fingerprints of the payload files that jobs of any node have, ended ones too. Fails when a
   * state cannot be read: then it is not known.
   */
  public CompletionStage<Set<String>> bundles() {
    Set<String> found = ConcurrentHashMap.newKeySet();
    return store
        .eachState(
            StoredFields.HEADER,
            header -> {
              String bundle = StoredFields.bundleOf(header);
              if (bundle != null) {
                found.add(bundle);
              }
            })
        .thenApply(done -> found);
  }

  /**
   * Takes over every open job without a living owner. What the store does not answer now is tried
   * again until it does. Answers how many open jobs were looked at.
   */
  public CompletionStage<Integer> recover() {
    return takeOver.orphans();
  }

  /** Tells other nodes that this one lives, and takes over the jobs of those that die. */
  public void keepWatch() {
    takeOver.keepWatch();
  }

  private Optional<MnException> obstacle(String jobId) {
    JobLoop loop = loops.get(jobId);
    return loop == null ? Optional.empty() : loop.obstacle();
  }

  private boolean isOpen(String jobId) {
    return loops.isOpen(jobId);
  }

  private void resume(StoredJob stored) {
    if (loops.isClosed()) {
      return;
    }
    JobState state;
    try {
      state = StateReader.read(stored, manifests.apply(stored.manifest()), inlineLimit);
    } catch (RuntimeException e) {
      blocked.add(stored.withoutBlobs(), e);
      return;
    }
    loops.goOn(state, stored.epoch());
  }

  /** Ends all turns. Running programs are ended by the owner of {@link Executions}. */
  public CompletableFuture<Void> close() {
    return loops.close().thenCompose(done -> takeOver.close());
  }

  /** How many jobs are open on this node. */
  public int openJobs() {
    return loops.size();
  }
}
