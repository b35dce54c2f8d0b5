package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.model.SubmittedJob;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.NodeRegistry;
import java.nio.file.Path;
import java.util.List;
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
  private final Loops loops;
  private final JobViews views;
  private final Commands commands;
  private final TakeOver takeOver;
  private final Postscript postscript;
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
   * @param changed hears the id of each job whose events have grown
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
    JobDocuments documents = new JobDocuments(nodeName);
    this.takeOver =
        new TakeOver(store, ports.nodes(), timers, identity.owner(), this::isOpen, this::resume);
    this.loops =
        new Loops(
            new Surroundings(
                store,
                ports.executions(),
                timers,
                new Decider(nodeName, identity.reviewInFlight()),
                documents,
                bundles,
                changed,
                inlineLimit),
            ports.lanes(),
            takeOver::later);
    this.views =
        new JobViews(
            documents, manifests, timers, new Obstacles(ports.executions(), this::obstacle));
    this.postscript = new Postscript(store, timers, changed);
    this.blocked = new BlockedJobs(store, timers, postscript);
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
              new JobHeader(timers.now(), runId, bundle)
                  .onTarget(workflow.isSystem() ? nodeName : null)
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
   * and makes nothing, when the other is open on another node: it could not be told.
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
    return postscript
        .forked(fork, jobId)
        .exceptionally(
            failure -> {
              LOG.warn("job {} could not be told of {}", fork.sourceJobId(), jobId, failure);
              return null;
            });
  }

  /**
   * Answers {@code cancelled} once no process of the job lives; a terminal job stays as it is.
   *
   * @param by the name that the caller's token vouches for, or null; kept of the first who cancels
   */
  public CompletionStage<JobStatus> cancel(String jobId, String by) {
    return commands.give(jobId, new Input.Cancel(by), JobStatus::isTerminal, status -> true);
  }

  /**
   * Answers {@code paused} once nothing of the job runs any more.
   *
   * @param drain whether programs that run may end by themselves; they are ended otherwise, and run
   *     again when the job is resumed
   * @param by the name that the caller's token vouches for, or null
   */
  public CompletionStage<JobStatus> pause(String jobId, boolean drain, String by) {
    return commands.give(
        jobId,
        new Input.Pause(drain, by),
        status -> status != JobStatus.PAUSING && status != JobStatus.RUNNING,
        status -> status == JobStatus.PAUSED);
  }

  /**
   * Answers the status once it goes on, which may be a terminal one when little was left to do.
   *
   * @param by the name that the caller's token vouches for, or null
   */
  public CompletionStage<JobStatus> resume(String jobId, String by) {
    boolean open = loops.isOpen(jobId);
    return commands.give(
        jobId,
        new Input.Resume(by),
        status -> status != JobStatus.PAUSED,
        status -> open || status == JobStatus.RUNNING);
  }

  /**
   * Gives a message to an agent of a job that is not terminal; completes when it is durable.
   *
   * @param message in full, see {@link io.mirrorneuron.wire.MessageForm}; without an id it gets one
   */
  public CompletionStage<JobStatus> deliver(String jobId, String agentId, ObjectNode message) {
    return commands.deliver(jobId, agentId, message);
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
   * The details document; large values in it are references.
   *
   * @param stored an outline will do
   * @param recent events, oldest first
   */
  public ObjectNode details(StoredJob stored, ObjectNode row, List<String> recent) {
    return views.details(stored, row, recent);
  }

  /** The document without what only the full view shows. */
  public ObjectNode brief(StoredJob stored, ObjectNode row) {
    return views.brief(stored, row);
  }

  /**
   * Why the job is where it is; see {@link Why}. Of a job that this build cannot read, why that is.
   *
   * @param stored an outline will do
   */
  public ObjectNode why(StoredJob stored, ObjectNode row) {
    return views.why(stored, row);
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

  /** Ends all turns; processes are the business of whoever owns {@link Executions}. */
  public CompletableFuture<Void> close() {
    return loops.close().thenCompose(done -> takeOver.close());
  }

  /** How many jobs are open on this node. */
  public int openJobs() {
    return loops.size();
  }
}
