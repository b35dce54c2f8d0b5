package io.mirrorneuron.runtime;

import io.mirrorneuron.client.JobsClient;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.JobCensus;
import io.mirrorneuron.runtime.engine.Engine;
import io.mirrorneuron.runtime.exec.HostLocalExecutions;
import io.mirrorneuron.runtime.exec.Orphans;
import io.mirrorneuron.runtime.exec.PoolUsage;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.recorder.RunRecorder;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.FileBundleStore;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisNodeRegistry;
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
  private final HostLocalExecutions executions;
  private final ScheduledTimers timers;
  private final Engine engine;
  private final RedisJobStore store;
  private final RunRecorder recorder;
  private final JobsClient jobs;

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
   * @param runs where the records of runs are kept; written by this process
   * @param gpus of this machine, known without waiting
   * @param storage says whether new work can be taken in
   */
  public Runtime(
      Config config,
      Identity identity,
      RedisLanes lanes,
      RunStore runs,
      Supplier<List<Hardware.Gpu>> gpus,
      Storage storage) {
    this.lanes = lanes;
    Orphans.killAll(config.executors(), identity.runtimeId());
    ManifestCache manifests = new ManifestCache(new Manifests(config.executors().defaultRunner()));
    FileBundleStore bundles =
        new FileBundleStore(config.home().resolve("bundles"), identity.clock());
    Watches watches = new Watches();
    timers = new ScheduledTimers(identity.clock());
    executions =
        new HostLocalExecutions(
            config.executors(),
            identity.runtimeId(),
            identity.clock(),
            identity.environment(),
            new RunSamples(runs, gpus, storage),
            storage);
    Keys keys = new Keys(config.redis().namespace());
    store =
        new RedisJobStore(
            lanes, keys, config.retention().terminalJobs(), config.retention().eventsPerJob());
    recorder = new RunRecorder(runs, store, executions::flushSamples, storage);
    String owner = identity.nodeName() + "#" + identity.runtimeId();
    engine =
        new Engine(
            new Engine.Identity(
                identity.nodeName(),
                owner,
                config.recovery().inFlight() == Config.InFlight.REVIEW,
                config.retention().inlineLimit()),
            new Engine.Ports(
                store, new RedisNodeRegistry(lanes, keys), executions, timers, lanes::executor),
            manifests::parse,
            bundles::payloads,
            jobId -> {
              recorder.changed(jobId);
              watches.changed(jobId);
            });
    NewJobs newJobs = new NewJobs(owner, identity.jobIdSuffixes());
    JobHistory history = new JobHistory(store);
    jobs =
        new LocalJobs(
            engine,
            store,
            bundles,
            manifests,
            watches,
            recorder::catchUp,
            config.grpc().adminToken(),
            newJobs,
            history,
            new JobExport(engine, store, bundles, history, identity.clock()),
            new JobImport(engine, bundles, manifests, newJobs, identity.clock()),
            new JobFork(engine, store, bundles, manifests, newJobs, history),
            storage);
    recorder.recover(owner);
    engine.keepWatch();
    new BundleSweep(
            bundles,
            engine::bundles,
            timers,
            Thread::startVirtualThread,
            config.retention().bundles())
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

  public JobsClient jobs() {
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

  /** How full the pools of this node are. */
  public List<PoolUsage> pools() {
    return executions.pools();
  }

  /** What the system summary tells of jobs. */
  public JobCensus census() {
    return new Census(jobs, store);
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
