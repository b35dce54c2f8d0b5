package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.operation.HookPrograms;
import io.mirrorneuron.port.operation.OperationsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.NodeMachine;
import io.mirrorneuron.runtime.PlacesOfRuns;
import io.mirrorneuron.runtime.Runtime;
import io.mirrorneuron.runtime.RuntimeIdentity;
import io.mirrorneuron.runtime.RuntimeSettings;
import io.mirrorneuron.runtime.cluster.CoordinationStore;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.GpuTools;
import io.mirrorneuron.runtime.cluster.HardwareProbe;
import io.mirrorneuron.runtime.cluster.LocalCluster;
import io.mirrorneuron.runtime.cluster.NodeDoor;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.cluster.NodeLimits;
import io.mirrorneuron.runtime.cluster.NodeStock;
import io.mirrorneuron.runtime.drain.Departure;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.runtime.join.JoinDesk;
import io.mirrorneuron.runtime.join.LocalMembers;
import io.mirrorneuron.runtime.join.ThisNode;
import io.mirrorneuron.runtime.service.OwnDoors;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisResourceLimits;
import io.mirrorneuron.store.bucket.Place;
import io.mirrorneuron.wire.AllNodes;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A runtime in this process, on its data directory and Redis, without any door.
 *
 * @param hooks runs programs that accompany launches
 * @param doors is told which ports no check of a service and no webhook may ask
 * @param rows the hot read path of job rows
 * @param records what areas keep beside jobs
 * @param nodes for other nodes on the same Redis
 * @param desk joins the clusters of other nodes
 * @param places tells where runs are
 * @param membership whether this node works, as far as other nodes are concerned
 * @param departure has its work go to others, when it is told to end
 * @param confinement whether programs are kept from what is not theirs
 */
public record LocalRuntime(
    JobsPort jobs,
    ClusterPort cluster,
    ServicesPort services,
    TriggerEvents events,
    SchedulesPort schedules,
    DeploymentsPort deployments,
    OperationsPort operations,
    Webhooks webhooks,
    HookPrograms hooks,
    OwnDoors doors,
    JobRows rows,
    RecordStore records,
    NodeIdentity identity,
    NodeDoor nodes,
    JoinDesk desk,
    PlacesOfRuns places,
    HardwareProbe hardware,
    Supplier<CoordinationStore> store,
    RuntimeRedis redis,
    Readiness membership,
    Departure departure,
    Confiner.Report confinement) {

  private static final String LEAVING =
      "this server is told to end, and its work goes to the others that share its Redis";

  private static final String NO_MEMBER =
      "this server has lost touch with the others that share its Redis, and has ended its programs"
          + " until it is back";

  /**
   * Waits for Redis and goes on with the open jobs of the data directory.
   *
   * @param peers asks other nodes for what only they can do
   */
  public static LocalRuntime start(RuntimeHome home, ServerContext on, PeerJobs peers)
      throws IOException {
    RuntimeRedis redis = home.connect(on);
    Place shared = redis.places().shared();
    NodeIdentity identity = identity(on.config());
    GpuInventory gpus = GpuTools.on(on.path(), on.clock());
    RuntimeIdentity process = process(identity, home, on, peers);
    NodeName.claim(nodes(shared, on.config()), process.owner());
    HardwareProbe hardware = new HardwareProbe(on.config().home(), gpus, on.clock());
    NodeLimits limits = limits(shared, on);
    RuntimeSettings settings = settings(home, on.config(), redis);
    var machine = machine(identity, hardware, gpus, limits);
    Runtime runtime = runtime(settings, process, redis, machine, on);
    keep(runtime, limits, on);
    JoinDesk desk = desk(process, runtime, home, on);
    var store = redis.coordination(on.ids().secret(), on.disks().watch());
    return new LocalRuntime(
        runtime.jobs(),
        cluster(new Known(identity, hardware, limits, store), runtime, desk, peers, shared, on),
        runtime.services(),
        runtime.events(),
        runtime.schedules(),
        runtime.deployments(),
        runtime.operations(),
        runtime.webhooks(),
        runtime.executions().sides().hooks(),
        settings.doors(),
        runtime.rows(),
        new RedisRecordStore(shared.lanes(), shared.keys()),
        identity,
        runtime.door(),
        desk,
        runtime.places(),
        hardware,
        store,
        redis,
        membership(runtime),
        runtime.upkeep().departure(),
        runtime.confinement());
  }

  private static Runtime runtime(
      RuntimeSettings settings,
      RuntimeIdentity process,
      RuntimeRedis redis,
      NodeMachine machine,
      ServerContext on) {
    var storage = on.disks().storage();
    return new Runtime(settings, process, redis.places(), on.runs(), machine, storage, on.vertx());
  }

  private static void keep(Runtime runtime, NodeLimits limits, ServerContext on) {
    limits.onChange(runtime::reconsider);
    on.closing().add("runtime", runtime);
  }

  private static RuntimeSettings settings(RuntimeHome home, Config config, RuntimeRedis redis) {
    RuntimeSettings settings = RuntimeSettings.of(config, home.joined().isPresent());
    redis.onAddress(settings.doors()::addRedis);
    return settings;
  }

  private static JoinDesk desk(
      RuntimeIdentity process, Runtime runtime, RuntimeHome home, ServerContext on) {
    return new JoinDesk(
        new ThisNode(process.owner(), on.process().version()),
        home,
        new OwnJobs(runtime),
        new ClusterProbe(
            on.vertx(),
            on.config().redis().authority(),
            process.owner(),
            on.config().node().lifetime()),
        on.process().restart(),
        on.clock());
  }

  /** What this node knows of itself. */
  private record Known(
      NodeIdentity identity,
      HardwareProbe hardware,
      NodeLimits limits,
      Supplier<CoordinationStore> store) {}

  private static ClusterPort cluster(
      Known self, Runtime runtime, JoinDesk desk, PeerJobs peers, Place shared, ServerContext on) {
    LocalCluster here =
        new LocalCluster(
            self.identity,
            self.hardware,
            new LocalCluster.Programs(
                runtime.executions()::capacity,
                runtime.executions()::holders,
                on.disks().storage()::fullDisk),
            runtime.census(),
            self.limits,
            new LocalCluster.Store(on.config().redis().namespace(), self.store),
            on.clock());
    runtime.door().describes().accept(here::record);
    NodeRegistry nodes = nodes(shared, on.config());
    OtherNodes others =
        new OtherNodes(nodes, runtime.door().owner(), runtime.upkeep()::hasMetOthers);
    var members = new LocalMembers(desk, nodes, others::tellOf, runtime.upkeep(), peers.members());
    return new AllNodes(here, others, runtime.upkeep()::all, runtime.upkeep(), members);
  }

  private static NodeLimits limits(Place shared, ServerContext on) {
    return new NodeLimits(new RedisResourceLimits(shared.lanes(), shared.keys()), on.clock());
  }

  private static NodeRegistry nodes(Place shared, Config config) {
    return new RedisNodeRegistry(shared.lanes(), shared.keys(), config.node().lifetime());
  }

  private static NodeIdentity identity(Config config) throws IOException {
    String hostname = NodeName.hostname();
    String name = NodeName.of(config.node(), hostname);
    return NodeIdentity.of(name, hostname, config.node(), config.grpc());
  }

  private static RuntimeIdentity process(
      NodeIdentity node, RuntimeHome home, ServerContext on, PeerJobs peers) throws IOException {
    return new RuntimeIdentity(
        node.name(), home.runtimeId(), on.environment(), on.clock(), on.ids()::jobSuffix, peers);
  }

  private static NodeMachine machine(
      NodeIdentity node, HardwareProbe hardware, GpuInventory gpus, NodeLimits limits) {
    return new NodeMachine(hardware, gpus, new NodeStock(node.name(), hardware, limits::known));
  }

  private static Readiness membership(Runtime runtime) {
    return () ->
        CompletableFuture.completedStage(
            List.of(
                new Readiness.Dependency(
                    "membership",
                    Stream.of(
                            runtime.mayWork() ? "" : NO_MEMBER,
                            runtime.upkeep().departure().isUnderWay() ? LEAVING : "")
                        .filter(reason -> !reason.isEmpty())
                        .toList())));
  }

  /** Whether this node works, without asking anybody. */
  public boolean mayWork() {
    return membership.reasons().toCompletableFuture().join().isEmpty();
  }
}
