package io.mirrorneuron.runtime;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.runtime.admission.Admission;
import io.mirrorneuron.runtime.cluster.DeferredReads;
import io.mirrorneuron.runtime.cluster.NodeEndpoint;
import io.mirrorneuron.runtime.local.JobAccess;
import io.mirrorneuron.runtime.local.LocalChanges;
import io.mirrorneuron.runtime.local.LocalJobs;
import io.mirrorneuron.runtime.local.ManifestCache;
import io.mirrorneuron.runtime.local.NewJobs;
import io.mirrorneuron.runtime.local.RemoteChanges;
import io.mirrorneuron.runtime.local.RoutedChanges;
import io.mirrorneuron.runtime.local.RoutedJobs;
import io.mirrorneuron.runtime.local.RunFolders;
import io.mirrorneuron.runtime.local.StoredJobPlaces;
import io.mirrorneuron.runtime.local.StoredRunNodes;
import io.mirrorneuron.runtime.local.Watches;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.JobWatch;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.placement.LocalScheduler;
import io.mirrorneuron.runtime.port.JobNews;
import io.mirrorneuron.runtime.remote.RemoteTasks;
import io.mirrorneuron.runtime.schedule.ManifestScheduleCheck;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.ServedJobStore;
import io.mirrorneuron.store.JobsByRunId;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.bucket.BucketedJobStore;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Composes what this node needs for the jobs of its settings. */
final class NodeJobs {
  private static final Logger LOG = LoggerFactory.getLogger(NodeJobs.class);
  private static final int FLUSH_SECONDS = 5;

  private NodeJobs() {}

  static ServedJobStore store(Config.Retention retention, StorePlaces places) {
    Place only = places.jobs().getFirst();
    return places.isBuckets()
        ? new BucketedJobStore(places, retention.terminalJobs(), retention.eventsPerJob())
        : new RedisJobStore(
            only.pipelines(), only.keys(), retention.terminalJobs(), retention.eventsPerJob());
  }

  static ManifestCache manifests(RuntimeSettings settings) {
    return new ManifestCache(
        new Manifests(settings.executors().defaultRunner()),
        settings.manifests().unknownMembers(),
        ManifestScheduleCheck::of);
  }

  static NewJobs newJobs(RuntimeIdentity identity, RunStore runs, JobStore store) {
    RunFolders folders =
        new RunFolders(run -> runs.lookUp(run).map(RunHeader::ofJob).map(RunHeader::jobId), store);
    return new NewJobs(identity.owner(), identity.jobIdSuffixes(), folders);
  }

  static Engine engine(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      Engine.Ports ports,
      ManifestCache manifests,
      NodeBundles bundles,
      JobNews changed,
      JobWatch watch) {
    Engine.Identity engine = engineIdentity(settings, identity);
    return new Engine(engine, ports, manifests::parse, bundles.local()::payloads, changed, watch);
  }

  /**
   * The ports to jobs.
   *
   * @param changes changes of agents of the jobs of all nodes
   * @param endpoint by which other nodes reach the jobs of this node
   */
  record Jobs(JobsPort ofAllNodes, AgentChanges changes, NodeEndpoint endpoint) {}

  /**
   * @param own the jobs of this node alone
   */
  static Jobs jobs(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      RemoteServices.Working remote,
      JobAccess access,
      LocalJobs own,
      Watches watches,
      ScheduledTimers timers) {
    NodeRegistry nodes = remote.with().nodes();
    new RemoteChanges(access, nodes, watches, timers).keepOn();
    String owner = identity.owner();
    var others = new RoutedJobs.Neighbours(owner, nodes, identity.peers());
    AgentChanges changes = new LocalChanges(access);
    return new Jobs(
        new RoutedJobs(own, access, others),
        new RoutedChanges(changes, access, others),
        new NodeEndpoint(
            settings.nodeToken(),
            owner,
            own,
            changes,
            remote.remoteTasks(),
            new DeferredReads(),
            address -> tell(nodes, owner, address),
            record -> nodes.describe(owner, record)));
  }

  static PlacesOfRuns places(
      RuntimeIdentity identity,
      Engine engine,
      JobStore store,
      NodeRegistry nodes,
      RunStore runs,
      StorePlaces places) {
    String owner = identity.owner();
    return new PlacesOfRuns(
        new StoredRunNodes(owner, store, nodes, runs, new JobsByRunId(places)::job, engine::isOpen),
        new StoredJobPlaces(owner, engine::isOpen, store));
  }

  private static void tell(NodeRegistry nodes, String owner, String address) {
    nodes
        .tell(owner, address)
        .exceptionally(
            away -> {
              LOG.debug("the next heartbeat tells where this node is", away);
              return null;
            });
  }

  static Engine.Ports ports(
      JobStore store,
      RemoteServices.Working remote,
      RuntimeIdentity identity,
      Admission admission,
      ScheduledTimers timers,
      StorePlaces places) {
    return new Engine.Ports(
        store,
        remote.with().nodes(),
        new LocalScheduler(identity.nodeName(), admission.plans()::make),
        remote.executions(),
        timers,
        places::executor);
  }

  static Engine.Identity engineIdentity(RuntimeSettings settings, RuntimeIdentity identity) {
    return new Engine.Identity(
        identity.nodeName(),
        identity.owner(),
        settings.inFlight() == Config.InFlight.REVIEW,
        settings.retention().inlineLimit());
  }

  /**
   * Ends all turns and waits briefly for their commits. Closes the remote tasks first: their nodes
   * start them again as soon as this node is gone.
   */
  static void park(Engine engine, RemoteTasks remoteTasks) {
    remoteTasks.close();
    try {
      engine.close().get(FLUSH_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("open commits did not finish: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes over the jobs without a living owner. */
  static void goOn(Engine engine) {
    engine
        .recover()
        .thenAccept(
            count -> {
              if (count > 0) {
                LOG.info("going on with {} open jobs", count);
              }
            });
  }
}
