package io.mirrorneuron.runtime;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.record.RunRecorder;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.JobCensus;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.Orphans;
import io.mirrorneuron.runtime.exec.pool.ProgramCapacity;
import io.mirrorneuron.runtime.local.JobAccess;
import io.mirrorneuron.runtime.local.JobHistory;
import io.mirrorneuron.runtime.local.LocalJobs;
import io.mirrorneuron.runtime.local.ManifestCache;
import io.mirrorneuron.runtime.local.NewJobs;
import io.mirrorneuron.runtime.local.Watches;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.runtime.placement.SingleNode;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.FileBundleStore;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisNodeRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workflow runtime of this process: engine, store and programs. Starting it ends what an
 * earlier server of the same data directory left behind and goes on with its open jobs; closing it
 * parks them.
 */
public final class Runtime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Runtime.class);
  private static final int FLUSH_SECONDS = 5;

  private final RedisLanes lanes;
  private final LocalExecutions executions;
  private final ScheduledTimers timers;
  private final Engine engine;
  private final RedisJobStore store;
  private final RunRecorder recorder;
  private final JobsPort jobs;

  /**
   * What identifies this process.
   *
   * @param nodeName of the form {@code mirror_neuron@host}
   * @param runtimeId the same for every process that ever works on this data directory
   * @param environment of the server; only a few names of it reach programs
   * @param jobIdSuffixes gives {@code <milliseconds>-<12 hex digits>}, never the same twice
   */
  public record Identity(
      String nodeName,
      String runtimeId,
      Map<String, String> environment,
      Clock clock,
      Supplier<String> jobIdSuffixes) {}

  /**
   * What of the configuration is about jobs.
   *
   * @param bundles folder of payload files
   * @param adminToken who deletes ended jobs must know it
   */
  public record Settings(
      Path bundles,
      Config.Executors executors,
      Config.Manifests manifests,
      Config.InFlight inFlight,
      Config.Retention retention,
      String redisNamespace,
      Secret adminToken) {

    public static Settings of(Config config) {
      return new Settings(
          config.home().resolve("bundles"),
          config.executors(),
          config.manifests(),
          config.recovery().inFlight(),
          config.retention(),
          config.redis().namespace(),
          config.grpc().adminToken());
    }
  }

  /**
   * @param runs where the records of runs are kept; written by this process
   * @param gpus of this machine, known without waiting
   * @param storage says whether new work can be taken in
   */
  public Runtime(
      Settings settings,
      Identity identity,
      RedisLanes lanes,
      RunStore runs,
      Supplier<List<Hardware.Gpu>> gpus,
      Storage storage) {
    this.lanes = lanes;
    Orphans.killAll(settings.executors(), identity.runtimeId());
    ManifestCache manifests = manifests(settings);
    FileBundleStore bundles = new FileBundleStore(settings.bundles(), identity.clock());
    Watches watches = new Watches();
    timers = new ScheduledTimers(identity.clock());
    executions =
        executions(settings.executors(), identity, new RunSamples(runs, gpus, storage), storage);
    Keys keys = new Keys(settings.redisNamespace());
    store = store(lanes, keys, settings.retention());
    recorder = new RunRecorder(runs, store, executions::flushSamples, storage);
    String owner = identity.nodeName() + "#" + identity.runtimeId();
    engine =
        new Engine(
            engineIdentity(settings, identity, owner),
            ports(keys, identity),
            manifests::parse,
            bundles::payloads,
            jobId -> {
              recorder.changed(jobId);
              watches.changed(jobId);
            });
    jobs =
        new LocalJobs(
            access(bundles, manifests, new NewJobs(owner, identity.jobIdSuffixes())),
            watches,
            new LocalJobs.Clearing(settings.adminToken(), recorder::catchUp),
            identity.clock(),
            storage);
    resumeOpenJobs(owner, bundles, settings.retention());
  }

  private static ManifestCache manifests(Settings settings) {
    return new ManifestCache(
        new Manifests(settings.executors().defaultRunner()), settings.manifests().unknownMembers());
  }

  private JobAccess access(FileBundleStore bundles, ManifestCache manifests, NewJobs newJobs) {
    return new JobAccess(engine, store, bundles, manifests, newJobs, new JobHistory(store));
  }

  private Engine.Ports ports(Keys keys, Identity identity) {
    return new Engine.Ports(
        store,
        new RedisNodeRegistry(lanes, keys),
        new LocalScheduler(identity.nodeName(), new SingleNode()),
        executions,
        timers,
        lanes::executor);
  }

  private static LocalExecutions executions(
      Config.Executors settings, Identity identity, RunSamples samples, Storage storage) {
    return new LocalExecutions(
        settings, identity.runtimeId(), identity.clock(), identity.environment(), samples, storage);
  }

  private static RedisJobStore store(RedisLanes lanes, Keys keys, Config.Retention retention) {
    return new RedisJobStore(lanes, keys, retention.terminalJobs(), retention.eventsPerJob());
  }

  private static Engine.Identity engineIdentity(
      Settings settings, Identity identity, String owner) {
    return new Engine.Identity(
        identity.nodeName(),
        owner,
        settings.inFlight() == Config.InFlight.REVIEW,
        settings.retention().inlineLimit());
  }

  /** Resumes the jobs that an earlier server of the same data directory left open. */
  private void resumeOpenJobs(String owner, FileBundleStore bundles, Config.Retention retention) {
    recorder.recover(owner);
    engine.keepWatch();
    new BundleSweep(
            bundles, engine::bundles, timers, Thread::startVirtualThread, retention.bundles())
        .keepOn();
    engine
        .recover()
        .thenAccept(
            count -> {
              if (count > 0) {
                LOG.info("going on with {} open jobs", count);
              }
            });
  }

  public JobsPort jobs() {
    return jobs;
  }

  /** The hot read path of job rows. */
  public JobRows rows() {
    return store.hotRows();
  }

  /** Whether the store answers, as far as is known without asking. */
  public boolean isServing() {
    return lanes.isConnected();
  }

  /** What programs this node can run now. */
  public ProgramCapacity programs() {
    return executions.capacity();
  }

  /** What the system summary tells of jobs. */
  public JobCensus census() {
    return new StoredJobCensus(jobs, store);
  }

  /** Ends all turns, then all programs; what was under way goes on with the next start. */
  @Override
  public void close() {
    timers.close();
    try {
      engine.close().get(FLUSH_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("open commits did not finish: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    executions.close();
    recorder.close();
  }
}
