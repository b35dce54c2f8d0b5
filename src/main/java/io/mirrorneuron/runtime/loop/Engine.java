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
 * call blocks. Nothing is lost when the process dies: {@link #recover} on the next start continues
 * from what was committed.
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
   * Who this engine is.
   *
   * @param nodeName of the form {@code mirror_neuron@host}
   * @param owner the same for every process that ever works on this data directory, and no other
   * @param reviewInFlight whether programs cut short by a crash wait for a person by default
   * @param inlineLimit size of a JSON value, in bytes, from which on the state of a job holds it
   *     once and refers to it
   */
  public record Identity(String nodeName, String owner, boolean reviewInFlight, int inlineLimit) {}

  /** What an engine needs from outside. */
  public record Ports(
      JobStore store,
      NodeRegistry nodes,
      Scheduler scheduler,
      Executions executions,
      Timers timers,
      EventLoops eventLoops) {}

  /**
   * @param manifests parses a stored manifest again
   * @param bundles payload folder by fingerprint
   * @param changed hears of each job that has new events
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
   * The same with somebody who follows the jobs.
   *
   * @param manifests parses a stored manifest again
   * @param bundles payload folder by fingerprint
   * @param changed hears of each job that has new events
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

  /** From one living node to another. */
  public JobMoves moves() {
    return new JobMoves(loops, commands, takeOver);
  }

  /** The documents that readers get of jobs. */
  public JobViews views() {
    return views;
  }

  /** What jobs run, and how that is changed. */
  public JobDefinitions definitions() {
    return new JobDefinitions(commands, store, manifests);
  }

  /**
   * Takes over every open job without a living owner. What the store does not answer now is tried
   * again until it does. Answers how many it took over at once.
   */
  public CompletionStage<Integer> recover() {
    CompletionStage<Integer> taken = left.resumed();
    recovery = taken.handle((count, failure) -> null);
    return taken;
  }

  /**
   * To be called on a lane when the store may have lost what it answered last: the jobs of this
   * lane go on from what it has.
   */
  public void reload(Executor eventLoop) {
    loops.reload(eventLoop);
  }

  /**
   * Sends heartbeats for this node, and takes over the jobs of nodes whose heartbeats stop. When
   * those of this node do, it ends its programs before others begin them again.
   */
  public void keepWatch() {
    membership.keepUp();
  }

  /** Whether this node works: false while others may take it for dead. */
  public boolean mayWork() {
    return membership.mayWork();
  }

  private final class WorkOfThisNode implements Membership.Work {
    @Override
    public void see(NodeRegistry.Beat beat) {
      left.see(beat);
    }

    /** The turns first: what they hear of their programs then is not recorded any more. */
    @Override
    public CompletionStage<Void> letGo() {
      CompletableFuture<Void> turns = loops.letGo();
      return executions
          .stopAll()
          .thenCombine(turns, (stopped, ended) -> null)
          .thenCompose(done -> executions.stopAll()); // what a turn had begun meanwhile
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

  /** Whether this node works on the job. */
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
