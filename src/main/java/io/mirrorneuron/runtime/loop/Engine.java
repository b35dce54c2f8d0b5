package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.decide.Decider;
import io.mirrorneuron.runtime.documents.JobDocuments;
import io.mirrorneuron.runtime.documents.JobRow;
import io.mirrorneuron.runtime.documents.JobViews;
import io.mirrorneuron.runtime.documents.Obstacles;
import io.mirrorneuron.runtime.port.EventLoops;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.JobNews;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.Scheduler;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.StateReader;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.NodeRegistry;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Owns the jobs of this node: one {@link JobLoop} for each that is not terminal. Thread-safe; no
 * call blocks. A crash loses nothing: at the next start {@link #recover} continues from the last
 * commits.
 */
public final class Engine {
  private final JobStore store;
  private final Function<String, Workflow> manifests;
  private final int inlineLimit;
  private final JobLoops loops;
  private final JobViews views;
  private final JobCommands commands;
  private final JobCreation creation;
  private final TakeOver takeOver;
  private final OrphanedJobs left;
  private final Membership membership;
  private final Executions executions;
  private final BlockedJobs blocked;
  private volatile CompletionStage<?> recovery = CompletableFuture.completedStage(null);

  /**
   * The identity of this engine.
   *
   * @param nodeName of the form {@code mirror_neuron@host}
   * @param owner unique to this data directory, the same for every process that works on it
   * @param reviewInFlight whether programs interrupted by a crash wait for a person by default
   * @param inlineLimit size of a JSON value, in bytes, from which on a job's state stores it once
   *     and refers to it
   */
  public record Identity(String nodeName, String owner, boolean reviewInFlight, int inlineLimit) {}

  public record Ports(
      JobStore store,
      NodeRegistry nodes,
      Scheduler scheduler,
      Executions executions,
      Timers timers,
      EventLoops eventLoops) {}

  /**
   * @param manifests parses a stored manifest
   * @param bundles payload folder by fingerprint
   * @param changed is called for each job that has new events
   */
  public Engine(
      Identity identity,
      Ports ports,
      Function<String, Workflow> manifests,
      Function<String, Path> bundles,
      JobNews changed) {
    this(identity, ports, manifests, bundles, changed, JobWatch.NOBODY);
  }

  /**
   * @param manifests parses a stored manifest
   * @param bundles payload folder by fingerprint
   * @param changed is called for each job that has new events
   * @param watch follows the jobs
   */
  public Engine(
      Identity identity,
      Ports ports,
      Function<String, Workflow> manifests,
      Function<String, Path> bundles,
      JobNews changed,
      JobWatch watch) {
    this.store = ports.store();
    this.manifests = manifests;
    String nodeName = identity.nodeName();
    Timers timers = ports.timers();
    this.inlineLimit = identity.inlineLimit();
    this.takeOver = new TakeOver(ports, identity.owner(), this::holds, this::resume);
    this.left = new OrphanedJobs(ports, identity.owner(), this::holds, takeOver, this::idle);
    this.executions = ports.executions();
    EventAppender appender = new EventAppender(store, timers, changed);
    this.blocked = new BlockedJobs(store, timers, appender);
    this.membership = new Membership(ports.nodes(), timers, identity.owner(), new WorkOfThisNode());
    this.loops =
        new JobLoops(
            new EngineContext(
                ports,
                new Decider(nodeName, identity.reviewInFlight()),
                new JobRow(ports.scheduler()),
                manifests,
                bundles,
                changed,
                blocked::add,
                watch,
                inlineLimit),
            takeOver::later);
    this.views =
        new JobViews(
            new JobDocuments(nodeName, ports.nodes()::seen),
            manifests,
            timers,
            new Obstacles(ports.executions(), this::obstacle));
    this.commands = new JobCommands(loops, store, blocked, nodeName, () -> recovery);
    this.creation = new JobCreation(loops, commands, appender, ports, nodeName, inlineLimit);
  }

  /** Submit, restore and fork. */
  public JobCreation creation() {
    return creation;
  }

  /** Cancel, pause, resume and deliver. */
  public JobCommands commands() {
    return commands;
  }

  /** Moves jobs between living nodes. */
  public JobMoves moves() {
    return new JobMoves(loops, commands, takeOver);
  }

  /** Documents about jobs for readers. */
  public JobViews views() {
    return views;
  }

  /** Definitions of jobs and their changes. */
  public JobDefinitions definitions() {
    return new JobDefinitions(commands, store, manifests);
  }

  /**
   * Takes over every open job without a living owner. Jobs for which the store does not answer are
   * retried until it does. Answers how many were taken over at once.
   */
  public CompletionStage<Integer> recover() {
    CompletionStage<Integer> taken = left.resumed();
    recovery = taken.handle((count, failure) -> null);
    return taken;
  }

  /**
   * Call it on an event loop when the store may have lost acknowledged writes: the jobs of this
   * event loop are loaded again.
   */
  public void reload(Executor eventLoop) {
    loops.reload(eventLoop);
  }

  /**
   * Sends heartbeats for this node and takes over the jobs of nodes whose heartbeats stop. If its
   * own stop, it ends its programs before another node starts them again.
   */
  public void keepWatch() {
    membership.keepUp();
  }

  /** False while other nodes may consider this node dead. */
  public boolean mayWork() {
    return membership.mayWork();
  }

  private final class WorkOfThisNode implements Membership.Work {
    @Override
    public void see(NodeRegistry.Beat beat) {
      left.see(beat);
    }

    /** Turns first: outcomes that their programs report afterwards are not recorded. */
    @Override
    public CompletionStage<Void> letGo() {
      CompletableFuture<Void> turns = loops.letGo();
      return executions
          .stopAll()
          .thenCombine(turns, (stopped, ended) -> null)
          .thenCompose(done -> executions.stopAll()); // started by a turn meanwhile
    }

    @Override
    public void goOn() {
      loops.goOn();
      left.orphans();
    }
  }

  private boolean holds(String jobId) {
    return loops.holds(jobId);
  }

  private CompletableFuture<Void> idle() {
    return loops.idle();
  }

  private Optional<MnException> obstacle(String jobId) {
    JobLoop loop = loops.get(jobId);
    return loop == null ? blocked.reason(jobId).map(MnException::precondition) : loop.obstacle();
  }

  /** Whether the job is open on this node. */
  public boolean isOpen(String jobId) {
    return loops.isOpen(jobId);
  }

  private CompletionStage<?> resume(StoredJob stored, boolean isGiven) {
    JobState state = null;
    try {
      state = StateReader.read(stored, manifests, inlineLimit);
    } catch (RuntimeException e) {
      if (!loops.isClosed()) {
        blocked.add(stored.withoutBlobs(), e);
      }
    }
    return state == null
        ? CompletableFuture.completedStage(null)
        : loops.open(state, stored, isGiven);
  }

  /** Ends all turns. Running programs are ended by the owner of {@link Executions}. */
  public CompletableFuture<Void> close() {
    takeOver.close();
    left.close();
    return loops.close().thenCompose(done -> membership.close());
  }

  public int openJobs() {
    return loops.size();
  }
}
