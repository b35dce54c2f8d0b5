package io.mirrorneuron.runtime;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.operation.OperationsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.record.RunRecorder;
import io.mirrorneuron.runtime.admission.Admission;
import io.mirrorneuron.runtime.admission.LoadAdmission;
import io.mirrorneuron.runtime.cluster.JobCensus;
import io.mirrorneuron.runtime.cluster.NodeDoor;
import io.mirrorneuron.runtime.drain.LocalUpkeep;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.Orphans;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.runtime.local.BundlePrograms;
import io.mirrorneuron.runtime.local.Clearing;
import io.mirrorneuron.runtime.local.DerivedJobs;
import io.mirrorneuron.runtime.local.JobAccess;
import io.mirrorneuron.runtime.local.JobHistory;
import io.mirrorneuron.runtime.local.LocalJobs;
import io.mirrorneuron.runtime.local.ManifestCache;
import io.mirrorneuron.runtime.local.NewJobs;
import io.mirrorneuron.runtime.local.OperationKeeper;
import io.mirrorneuron.runtime.local.Watches;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.schedule.LocalChildJobs;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.store.ServedJobStore;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.bundle.BundleStore;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletionStage;

/**
 * The workflow runtime of this process. Starting it ends what an earlier server of the same data
 * directory left behind and goes on with its open jobs; closing it parks them.
 */
public final class Runtime implements AutoCloseable {
  private final Watches watches = new Watches();
  private final StorePlaces stored;
  private final LocalExecutions executions;
  private final NodeElsewhere.Working far;
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
   * @param runs where the records of runs are kept; written by this process
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
    var others = NodeElsewhere.of(settings, identity, stored, bundles, kept, timers);
    executions =
        NodePrograms.start(settings, identity, machine, runs, storage, others, node.gate());
    load = NodeAdmission.load(settings, identity, machine, executions, timers);
    services = node.with(settings, identity, vertx, executions, timers, bundles.local()::payloads);
    store = NodeJobs.store(settings.retention(), stored);
    recorder = new RunRecorder(runs, store, executions::flush, events.own(), storage);
    Admission admission =
        NodeAdmission.of(settings, identity, machine, executions, storage, others, services);
    far =
        others.with(executions, admission, timers, store::status, this::mayWork, storage::fullDisk);
    Engine.Ports ports = NodeJobs.ports(store, far, identity, admission, timers, stored);
    var watch = NodeSchedules.watch(events.own().heard(services.keeper()), stored.shared(), timers);
    engine = NodeJobs.engine(settings, identity, ports, manifests, bundles, this::changed, watch);
    NewJobs newJobs = NodeJobs.newJobs(identity, runs, store);
    JobAccess access = access(settings, bundles.shared(), manifests, newJobs, admission);
    var folders = NodePrograms.sweep(settings, executions, this::exists, store::status, timers);
    var clearing = new Clearing(settings.adminToken(), recorder::writeAll, folders::look, store);
    LocalJobs own = new LocalJobs(access, watches, clearing, identity.clock(), storage);
    jobs = NodeJobs.jobs(settings, identity, far, access, own, watches, timers);
    places = NodeJobs.places(identity, engine, store, others.nodes(), runs, stored);
    records = records(identity, manifests, new DerivedJobs(access, storage), clearing);
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
      RuntimeIdentity identity, ManifestCache manifests, DerivedJobs derived, Clearing clearing) {
    var lifetime = far.with().nodes().lifetime();
    var kept = NodeDeployments.jobs(derived, engine.definitions(), manifests);
    LocalChildJobs children = new LocalChildJobs(derived, jobs());
    LocalUpkeep upkeep = far.upkeep(identity.owner(), engine, store);
    var operations = new OperationKeeper.Means(jobs(), store, clearing, upkeep);
    return new NodeRecords(
        NodeSchedules.of(identity, lifetime, stored.shared(), children, events, timers),
        NodeDeployments.of(identity, lifetime, stored, kept, jobs, events, timers),
        NodeRecords.operations(identity, lifetime, stored.shared(), operations, timers),
        upkeep,
        far.drains());
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
        new JobHistory(store, far.with().records()),
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
    stored.onRestart(engine::reload, engine::recover); // jobs that had ended may be open again
    bundles
        .sweep(() -> records.bundles(engine.definitions()), timers, settings.bundleLifetime())
        .keepOn();
    services.keeper().keepClean();
    NodeJobs.goOn(engine);
    folders.keepOn();
    records.start();
    events.webhooks().start();
  }

  /** Programs can be given something else than before: limits or devices have changed. */
  public void reconsider() {
    executions.reconsider();
  }

  public JobsPort jobs() {
    return jobs.ofAllNodes();
  }

  public PlacesOfRuns places() {
    return places;
  }

  public NodeDoor door() {
    return jobs.door();
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

  public LocalUpkeep upkeep() {
    return records.upkeep();
  }

  public Webhooks webhooks() {
    return events.hooks();
  }

  public JobRows rows() {
    return store.hotRows();
  }

  /** Whether this node works: false while other nodes may take it for dead. */
  public boolean mayWork() {
    return engine.mayWork();
  }

  public boolean hasNeighbours() {
    return far.with().neighbours().areThere();
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

  /** What was under way goes on with the next start. */
  @Override
  public void close() {
    records.close();
    events.webhooks().close();
    timers.close();
    NodeJobs.park(engine, far.guests());
    services.keeper().close();
    far.executions().close();
    executions.close();
    recorder.close();
  }
}
