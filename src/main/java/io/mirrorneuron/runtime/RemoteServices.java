package io.mirrorneuron.runtime;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.runtime.admission.Admission;
import io.mirrorneuron.runtime.drain.LocalMaintenance;
import io.mirrorneuron.runtime.drain.NodeDrains;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.runtime.remote.Cluster;
import io.mirrorneuron.runtime.remote.Neighbours;
import io.mirrorneuron.runtime.remote.PlacedExecutions;
import io.mirrorneuron.runtime.remote.RemoteTaskBundles;
import io.mirrorneuron.runtime.remote.RemoteTaskSinks;
import io.mirrorneuron.runtime.remote.RemoteTasks;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisRemoteExecutionIndex;
import io.mirrorneuron.store.RemoteExecutionIndex;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.bundle.BundleCopies;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Programs of this node's jobs on other nodes, and remote tasks here.
 *
 * @param sinks receive the output of all programs of this node
 */
record RemoteServices(
    String owner,
    RedisNodeRegistry nodes,
    Neighbours neighbours,
    PeerPrograms peers,
    RemoteExecutionIndex index,
    NodeBundles bundles,
    RemoteTaskBundles remoteTaskBundles,
    RemoteTaskSinks remoteTasks,
    RecordStore records,
    NodeDrains drains) {

  static RemoteServices of(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      StorePlaces places,
      NodeBundles bundles,
      ProgramRecords kept,
      Timers timers) {
    RedisPipelines pipelines = places.shared().pipelines();
    Keys keys = places.shared().keys();
    Lifetime lifetime = settings.node().lifetime();
    RedisNodeRegistry nodes = new RedisNodeRegistry(pipelines, keys, lifetime);
    PeerPrograms peers = identity.peers().programs();
    Neighbours neighbours = new Neighbours(identity.owner(), nodes, peers, lifetime);
    BundleCopies copies = new BundleCopies(bundles.local());
    RecordStore records = new RedisRecordStore(pipelines, keys);
    NodeDrains drains =
        new NodeDrains(
            identity.owner(),
            new NodeDrains.Shared(nodes, records, new RedisLeaderLease(pipelines, keys)),
            settings.node().quarantine(),
            neighbours::areThere,
            neighbours::machines,
            settings.hasJoined(),
            timers);
    neighbours.noting(drains.faults());
    drains.onMeeting(neighbours::greet);
    return new RemoteServices(
        identity.owner(),
        nodes,
        neighbours,
        peers,
        new RedisRemoteExecutionIndex(places),
        bundles,
        new RemoteTaskBundles(copies, peers, neighbours::peer),
        new RemoteTaskSinks(
            kept.sinks(),
            Workspaces.ofRemoteTasks(settings.executors().tempDir(), identity.runtimeId())),
        records,
        drains);
  }

  PayloadSource payloads() {
    return remoteTaskBundles.after(bundles.source());
  }

  RunSinks sinks() {
    return remoteTasks.sinks();
  }

  /**
   * Services for remote programs.
   *
   * @param executions used by the engine; to be closed
   * @param remoteTasks serves requests of other nodes
   * @param drains which nodes take programs and other work
   * @param own this node, as placement sees it
   */
  record Working(
      RemoteServices with,
      PlacedExecutions executions,
      RemoteTasks remoteTasks,
      NodeDrains drains,
      Supplier<Machine> own) {
    LocalMaintenance upkeep(String owner, Engine engine, JobStore store) {
      return drains.upkeep(owner, engine, store, remoteTasks.visitors(), own);
    }
  }

  /**
   * @param status of a job; null when it does not exist
   * @param works whether this node may start programs
   * @param fullDisk the full disk of this node, if any; does not block
   */
  Working with(
      LocalExecutions here,
      Admission admission,
      Timers timers,
      Function<String, CompletionStage<String>> status,
      BooleanSupplier works,
      Supplier<Optional<String>> fullDisk) {
    RemoteTasks working =
        new RemoteTasks(
            here,
            new RemoteTasks.Home(
                owner,
                index,
                remoteTasks,
                remoteTaskBundles,
                here::flush,
                bundles.local()::payloads,
                admission::machine,
                status,
                () -> works.getAsBoolean() && !drains.isLeaving(),
                fullDisk,
                timers));
    PlacedExecutions placed =
        new PlacedExecutions(
            here,
            new Cluster(
                owner,
                admission::machine,
                neighbours,
                peers,
                index,
                remoteTasks.own(),
                working,
                drains::takesWork,
                timers));
    return new Working(this, placed, working, drains, admission::machine);
  }
}
