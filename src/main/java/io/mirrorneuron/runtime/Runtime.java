package io.mirrorneuron.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.models.ProgramModels;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.OperationsPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.human.ProgramQuestions;
import io.mirrorneuron.run.human.ProgramQuestions.Asker;
import io.mirrorneuron.run.record.RunRecorder;
import io.mirrorneuron.runtime.admission.Admission;
import io.mirrorneuron.runtime.admission.LoadAdmission;
import io.mirrorneuron.runtime.cluster.JobCensus;
import io.mirrorneuron.runtime.cluster.NodeEndpoint;
import io.mirrorneuron.runtime.deployment.DeploymentKeeper;
import io.mirrorneuron.runtime.deployment.LocalDeployments;
import io.mirrorneuron.runtime.drain.LocalMaintenance;
import io.mirrorneuron.runtime.drain.NodeDrains;
import io.mirrorneuron.runtime.exec.ExecutionHost;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.Orphans;
import io.mirrorneuron.runtime.exec.RunSinks.PersonWaits;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.runtime.exec.process.UnifiedGroups;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.local.BundlePrograms;
import io.mirrorneuron.runtime.local.Clearing;
import io.mirrorneuron.runtime.local.JobAccess;
import io.mirrorneuron.runtime.local.JobHistory;
import io.mirrorneuron.runtime.local.LocalJobs;
import io.mirrorneuron.runtime.local.ManifestCache;
import io.mirrorneuron.runtime.local.NewJobs;
import io.mirrorneuron.runtime.local.OperationKeeper;
import io.mirrorneuron.runtime.local.OrderedJobs;
import io.mirrorneuron.runtime.local.Watches;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.loop.JobWatch;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.ServiceGate;
import io.mirrorneuron.runtime.schedule.LocalChildJobs;
import io.mirrorneuron.runtime.schedule.ScheduleKeeper;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.store.JobStore.ServedJobStore;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisServiceRegistry;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.mirrorneuron.store.bundle.BundleStore;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workflow runtime of this process. Starting it ends the programs an earlier server of the same
 * data directory left behind and continues its open jobs; closing it parks them.
 */
public final class Runtime implements AutoCloseable {
  private final Watches watches = new Watches();
  private final StorePlaces stored;
  private final LocalExecutions executions;
  private final RemoteServices.Working remote;
  private final ScheduledTimers timers;
  private final Engine engine;
  private final ServedJobStore store;
  private final RunRecorder recorder;
  private final NodeJobs.Jobs jobs;
  private final PlacesOfRuns places;
  private final LoadAdmission load;
  private final NodeServices.Working services;
  private final NodeEvents events;
  private final NodeRecords records;

  /**
   * @param runs store of run records; written by this process
   */
  public Runtime(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      StorePlaces stored,
      RunStore runs,
      NodeMachine machine,
      Storage storage,
      Vertx vertx) {
    this.stored = stored;
    Orphans.killAll(settings.executors(), identity.runtimeId());
    ManifestCache manifests = NodeJobs.manifests(settings);
    NodeBundles bundles = NodeBundles.of(settings, identity, stored.shared());
    timers = new ScheduledTimers(identity.clock());
    NodeServices node = NodeServices.of(identity, stored);
    events = NodeEvents.of(settings, identity, stored.shared(), timers, vertx);
    var kept = new ProgramRecords(runs, machine.gpus()::known, storage);
    var others = RemoteServices.of(settings, identity, stored, bundles, kept, timers);
    executions =
        NodePrograms.start(settings, identity, machine, runs, storage, others, node.gate());
    load = NodeAdmission.load(settings, identity, machine, executions, timers);
    services = node.with(settings, identity, vertx, executions, timers, bundles.local()::payloads);
    store = NodeJobs.store(settings.retention(), stored);
    recorder = new RunRecorder(runs, store, executions::flush, events.own(), storage);
    Admission admission =
        NodeAdmission.of(settings, identity, machine, executions, storage, others, services);
    remote =
        others.with(executions, admission, timers, store::status, this::mayWork, storage::fullDisk);
    Engine.Ports ports = NodeJobs.ports(store, remote, identity, admission, timers, stored);
    var watch = NodeSchedules.watch(events.own().heard(services.keeper()), stored.shared(), timers);
    engine = NodeJobs.engine(settings, identity, ports, manifests, bundles, this::changed, watch);
    NewJobs newJobs = NodeJobs.newJobs(identity, runs, store);
    JobAccess access = access(settings, bundles.shared(), manifests, newJobs, admission);
    var folders = NodePrograms.sweep(settings, executions, this::exists, store::status, timers);
    var clearing = new Clearing(settings.adminToken(), recorder::writeAll, folders::look, store);
    LocalJobs own = new LocalJobs(access, watches, clearing, identity.clock(), storage);
    jobs = NodeJobs.jobs(settings, identity, remote, access, own, watches, timers);
    places = NodeJobs.places(identity, engine, store, others.nodes(), runs, stored);
    records = records(identity, manifests, new OrderedJobs(access, storage), clearing);
    resumeOpenJobs(settings, identity.owner(), bundles, folders);
  }

  private CompletionStage<Boolean> exists(String id) {
    return records.has(id, store.status(id));
  }

  private void changed(String jobId, boolean isPressing) {
    recorder.changed(jobId, isPressing);
    watches.changed(jobId);
  }

  private NodeRecords records(
      RuntimeIdentity identity, ManifestCache manifests, OrderedJobs derived, Clearing clearing) {
    var lifetime = remote.with().nodes().lifetime();
    var kept = NodeDeployments.jobs(derived, engine.definitions(), manifests);
    LocalChildJobs children = new LocalChildJobs(derived, jobs());
    LocalMaintenance upkeep = remote.upkeep(identity.owner(), engine, store);
    var operations = new OperationKeeper.Means(jobs(), store, clearing, upkeep);
    return new NodeRecords(
        NodeSchedules.of(identity, lifetime, stored.shared(), children, events, timers),
        NodeDeployments.of(identity, lifetime, stored, kept, jobs, events, timers),
        NodeRecords.operations(identity, lifetime, stored.shared(), operations, timers),
        upkeep,
        remote.drains());
  }

  private JobAccess access(
      RuntimeSettings settings,
      BundleStore bundles,
      ManifestCache manifests,
      NewJobs newJobs,
      Admission admission) {
    return new JobAccess(
        engine,
        store,
        bundles,
        manifests,
        newJobs,
        admission,
        new JobHistory(store, remote.with().records()),
        services.requirements(),
        new BundlePrograms(settings.manifests().trusted(), executions.sides().checks()),
        executions.confiner()::requireGranted,
        executions.submissions().claims(),
        load);
  }

  private void resumeOpenJobs(
      RuntimeSettings settings, String owner, NodeBundles bundles, SubmissionSweep folders) {
    new JobTidying(store, timers, recorder::writeDue).start();
    recorder.recover(owner);
    engine.keepWatch();
    stored.onRestart(engine::reload, engine::recover); // ended jobs may be open again
    bundles
        .sweep(() -> records.bundles(engine.definitions()), timers, settings.bundleLifetime())
        .keepOn();
    services.keeper().keepClean();
    NodeJobs.goOn(engine);
    folders.keepOn();
    records.start();
    events.webhooks().start();
  }

  /** Call it when limits or devices have changed: waiting programs may fit now. */
  public void reconsider() {
    executions.reconsider();
  }

  public JobsPort jobs() {
    return jobs.ofAllNodes();
  }

  public PlacesOfRuns places() {
    return places;
  }

  public NodeEndpoint endpoint() {
    return jobs.endpoint();
  }

  public ServicesPort services() {
    return services.port();
  }

  public TriggerEvents events() {
    return events.port();
  }

  public SchedulesPort schedules() {
    return records.schedules().port();
  }

  public DeploymentsPort deployments() {
    return records.deployments().port();
  }

  public OperationsPort operations() {
    return records.operations().port();
  }

  public LocalMaintenance upkeep() {
    return records.upkeep();
  }

  public Webhooks webhooks() {
    return events.hooks();
  }

  public JobRows rows() {
    return store.hotRows();
  }

  /** False while other nodes may consider this node dead. */
  public boolean mayWork() {
    return engine.mayWork();
  }

  public boolean hasNeighbours() {
    return remote.with().neighbours().areThere();
  }

  public Confiner.Report confinement() {
    return executions.confiner().report();
  }

  public LocalExecutions executions() {
    return executions;
  }

  public JobCensus census() {
    return new StoredJobCensus(jobs(), store, records.schedules()::times);
  }

  /** Open jobs continue at the next start. */
  @Override
  public void close() {
    records.close();
    events.webhooks().close();
    timers.close();
    NodeJobs.park(engine, remote.remoteTasks());
    services.keeper().close();
    remote.executions().close();
    executions.close();
    recorder.close();
  }

  /** Counts of the stored jobs for the system summary. */
  private record StoredJobCensus(JobsPort jobs, JobStore store, Supplier<Map<String, Long>> times)
      implements JobCensus {
    @Override
    public ArrayNode latest(int limit) {
      ArrayNode rows = Json.MAPPER.createArrayNode();
      jobs.list(limit, true).data().forEach(row -> rows.add(Json.parseObject(row.json(), "row")));
      return rows;
    }

    @Override
    public Map<String, Long> timesOfSchedules() {
      return times.get();
    }

    @Override
    public Map<String, Long> countByStatus() {
      return Answers.await(store.counts());
    }
  }

  private static final class NodeDeployments {
    private NodeDeployments() {}

    static LocalDeployments.Jobs jobs(
        OrderedJobs derived, JobDefinitions definitions, ManifestCache manifests) {
      return new LocalDeployments.Jobs(derived, definitions, manifests::parse);
    }

    static DeploymentKeeper of(
        RuntimeIdentity identity,
        Lifetime lifetime,
        StorePlaces places,
        LocalDeployments.Jobs jobs,
        NodeJobs.Jobs all,
        NodeEvents events,
        Timers timers) {
      RedisServiceRegistry services = new RedisServiceRegistry(places);
      Place shared = places.shared();
      DeploymentKeeper.Home home =
          new DeploymentKeeper.Home(
              new RedisRecordStore(shared.pipelines(), shared.keys()),
              new RedisLeaderLease(shared.pipelines(), shared.keys()),
              services,
              services,
              identity.owner(),
              lifetime,
              identity.jobIdSuffixes(),
              events.own());
      return new DeploymentKeeper(
          home, jobs, all.ofAllNodes(), all.changes(), timers, Thread::startVirtualThread);
    }
  }

  private static final class NodePrograms {
    private NodePrograms() {}

    /**
     * @param remote has the remote tasks of other nodes
     * @param gate delays programs that need services
     */
    static LocalExecutions start(
        RuntimeSettings settings,
        RuntimeIdentity identity,
        NodeMachine machine,
        RunStore runs,
        Storage storage,
        RemoteServices remote,
        ServiceGate gate) {
      Config.Executors programs = settings.executors();
      ExecutionHost host =
          ExecutionHost.of(identity.runtimeId(), identity.environment(), identity.clock())
              .having(machine.stock())
              .telling(new ProgramModels(settings.models())::besides)
              .noting(remote.drains().faults())
              .within(UnifiedGroups.ofMachine(identity.runtimeId()));
      LocalExecutions executions =
          new LocalExecutions(programs, host, remote.sinks(), storage, remote.payloads(), gate);
      if (programs.releaseWhileWaiting()) {
        executions.releaseWhileWaiting(new RunQuestions(runs));
      }
      return executions;
    }

    /**
     * @param exists whether there is a job or schedule with this id
     * @param status of a job; null when it does not exist
     */
    static SubmissionSweep sweep(
        RuntimeSettings settings,
        LocalExecutions executions,
        Function<String, CompletionStage<Boolean>> exists,
        Function<String, CompletionStage<String>> status,
        Timers timers) {
      return new SubmissionSweep(
          executions.submissions().claims(),
          settings.orForeign(exists),
          status,
          timers,
          Thread::startVirtualThread);
    }

    /**
     * Questions to people that programs have written to the folders of their runs, for the owner of
     * the programs' slots.
     */
    private static final class RunQuestions implements PersonWaits {
      private final ProgramQuestions questions;

      RunQuestions(RunStore runs) {
        this.questions = new ProgramQuestions(runs);
      }

      @Override
      public Optional<PersonWait> awaited(Execution program, boolean alone, long since) {
        // A question from before a crash is asked again, perhaps on a line without a time.
        Instant own = program.isRepeated() ? Instant.MIN : Instant.ofEpochMilli(since);
        return questions
            .awaited(new Asker(program.runId(), program.agentId(), program.stepId(), alone, own))
            .map(RunQuestions::wait);
      }

      private static PersonWait wait(HumanRequest request) {
        Instant due = request.question().dueAt();
        return new PersonWait(
            request.id(), request.question().prompt(), due == null ? 0 : due.toEpochMilli());
      }
    }
  }

  /**
   * Tidies the store: at the start, then each minute. An ended job stays up to a minute longer.
   *
   * @param before writes what is needed of jobs that are about to go; they stay until that succeeds
   */
  private record JobTidying(JobStore store, Timers timers, Runnable before) {
    private static final Logger LOG = LoggerFactory.getLogger(JobTidying.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /**
     * Longest wait for the first tidying; enough for some millions of jobs of an earlier version.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Call it before the server answers requests: counts may be wrong until it returns. */
    void start() {
      try {
        tidy().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        LOG.debug("the store is tidied later"); // logged, and retried each minute
      } catch (TimeoutException e) {
        LOG.warn("the store is still being tidied; counts of jobs may be wrong until that is done");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      later();
    }

    private void later() {
      timers.at(timers.now() + INTERVAL.toMillis(), this::again);
    }

    private void again() {
      tidy().whenComplete((done, failure) -> later());
    }

    private CompletionStage<Integer> tidy() {
      before.run();
      return store
          .tidy()
          .whenComplete(
              (removed, failure) -> {
                if (failure == null && removed > 0) {
                  LOG.info("removed {} ended jobs whose time was over", removed);
                } else if (failure != null && !Storage.isFull(failure)) {
                  LOG.warn(
                      "the store could not be tidied, it is tried again: {}", failure.toString());
                }
              });
    }
  }

  /** The keepers of schedules, deployments and operations on this node. */
  private record NodeRecords(
      ScheduleKeeper schedules,
      DeploymentKeeper deployments,
      OperationKeeper operations,
      LocalMaintenance upkeep,
      NodeDrains drains)
      implements AutoCloseable {

    static OperationKeeper operations(
        RuntimeIdentity identity,
        Lifetime lifetime,
        Place shared,
        OperationKeeper.Means means,
        Timers timers) {
      OperationKeeper.Home home =
          new OperationKeeper.Home(
              new RedisRecordStore(shared.pipelines(), shared.keys()),
              new RedisLeaderLease(shared.pipelines(), shared.keys()),
              identity.owner(),
              lifetime,
              identity.jobIdSuffixes());
      return new OperationKeeper(home, means, timers, Thread::startVirtualThread);
    }

    void start() {
      schedules.start();
      deployments.start();
      operations.start();
      drains.start();
    }

    /**
     * Whether an id is that of a job, a schedule or a deployment.
     *
     * @param status of the job; null when it does not exist
     */
    CompletionStage<Boolean> has(String id, CompletionStage<String> status) {
      return NodeSchedules.either(status, schedules.has(id))
          .thenCombine(deployments.has(id), (one, other) -> one || other);
    }

    /** Fingerprints of the payload files of these records and of jobs. */
    CompletionStage<Set<String>> bundles(JobDefinitions jobs) {
      return jobs.bundles()
          .thenCombine(schedules.bundles(), NodeSchedules::both)
          .thenCombine(deployments.bundles(), NodeSchedules::both);
    }

    @Override
    public void close() {
      schedules.close();
      deployments.close();
      operations.close();
      drains.close();
    }
  }

  private static final class NodeSchedules {
    private NodeSchedules() {}

    static ScheduleKeeper of(
        RuntimeIdentity identity,
        Lifetime lifetime,
        Place shared,
        LocalChildJobs children,
        NodeEvents events,
        Timers timers) {
      ScheduleKeeper.Home home =
          new ScheduleKeeper.Home(
              new RedisRecordStore(shared.pipelines(), shared.keys()),
              new RedisLeaderLease(shared.pipelines(), shared.keys()),
              identity.owner(),
              lifetime,
              identity.jobIdSuffixes());
      ScheduleKeeper keeper =
          new ScheduleKeeper(home, children, events.own(), timers, Thread::startVirtualThread);
      events.reaction().set(keeper.reaction());
      return keeper;
    }

    /** The watch, extended by run windows that have ended. */
    static JobWatch watch(JobWatch others, Place shared, Timers timers) {
      RecordStore records = new RedisRecordStore(shared.pipelines(), shared.keys());
      return new ScheduleKeeper.EndedWindows(others, records, timers);
    }

    /**
     * Whether an id is that of a job or of a schedule.
     *
     * @param status of the job; null when it does not exist
     */
    static CompletionStage<Boolean> either(
        CompletionStage<String> status, CompletionStage<Boolean> isSchedule) {
      return status.thenCombine(isSchedule, (word, is) -> word != null || is);
    }

    static Set<String> both(Set<String> one, Set<String> other) {
      Set<String> all = new HashSet<>(one);
      all.addAll(other);
      return all;
    }
  }
}
