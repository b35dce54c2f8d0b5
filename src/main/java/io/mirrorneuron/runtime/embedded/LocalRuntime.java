package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings;
import io.mirrorneuron.config.RedisSettings.RedisUrl;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.HookPrograms;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.OperationsPort;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.NodeMembers.Offer;
import io.mirrorneuron.port.node.ServicesPort;
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
import io.mirrorneuron.runtime.cluster.NodeEndpoint;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.cluster.NodeLimits;
import io.mirrorneuron.runtime.cluster.NodeStock;
import io.mirrorneuron.runtime.drain.ShutdownDrain;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.runtime.join.ClusterJoin;
import io.mirrorneuron.runtime.join.ClusterJoin.NodeWork;
import io.mirrorneuron.runtime.join.ClusterJoin.ThisNode;
import io.mirrorneuron.runtime.join.LocalMembers;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.service.OwnPorts;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.NodeRegistry.Described;
import io.mirrorneuron.store.NodeRegistry.Holder;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisResourceLimits;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.mirrorneuron.store.connection.ForeignRedisOwners;
import io.mirrorneuron.wire.AllNodes;
import io.mirrorneuron.wire.NodeRecord;
import io.mirrorneuron.wire.OtherNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A runtime in this process, with its data directory and Redis, without any endpoint.
 *
 * @param hooks runs programs that accompany launches
 * @param endpoints receives the ports that service checks and webhooks must not call
 * @param rows the hot read path of job rows
 * @param records of areas other than jobs
 * @param nodes for other nodes on the same Redis
 * @param clusterJoin joins the clusters of other nodes
 * @param places finds the nodes of runs
 * @param membership whether this node works, in the view of other nodes
 * @param departure moves its work to other nodes at shutdown
 * @param confinement whether programs are confined to their own files
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
    OwnPorts endpoints,
    JobRows rows,
    RecordStore records,
    NodeIdentity identity,
    NodeEndpoint nodes,
    ClusterJoin clusterJoin,
    PlacesOfRuns places,
    HardwareProbe hardware,
    Supplier<CoordinationStore> store,
    RuntimeRedis redis,
    Readiness membership,
    ShutdownDrain departure,
    Confiner.Report confinement) {

  private static final String LEAVING =
      "this server is stopping, and its work goes to the others that share its Redis";

  private static final String NO_MEMBER =
      "this server has lost touch with the others that share its Redis, and has ended its programs"
          + " until it is back";

  /**
   * Waits for Redis and continues the open jobs of the data directory.
   *
   * @param peers asks other nodes for operations that only they can perform
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
    ClusterJoin clusterJoin = clusterJoin(process, runtime, home, on);
    var store = redis.coordination(on.ids().secret(), on.disks().watch());
    return new LocalRuntime(
        runtime.jobs(),
        cluster(
            new Known(identity, hardware, limits, store), runtime, clusterJoin, peers, shared, on),
        runtime.services(),
        runtime.events(),
        runtime.schedules(),
        runtime.deployments(),
        runtime.operations(),
        runtime.webhooks(),
        runtime.executions().sides().hooks(),
        settings.endpoints(),
        runtime.rows(),
        new RedisRecordStore(shared.pipelines(), shared.keys()),
        identity,
        runtime.endpoint(),
        clusterJoin,
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
    redis.onAddress(settings.endpoints()::addRedis);
    return settings;
  }

  private static ClusterJoin clusterJoin(
      RuntimeIdentity process, Runtime runtime, RuntimeHome home, ServerContext on) {
    return new ClusterJoin(
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

  /** Facts about this node. */
  private record Known(
      NodeIdentity identity,
      HardwareProbe hardware,
      NodeLimits limits,
      Supplier<CoordinationStore> store) {}

  private static ClusterPort cluster(
      Known self,
      Runtime runtime,
      ClusterJoin clusterJoin,
      PeerJobs peers,
      Place shared,
      ServerContext on) {
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
    runtime.endpoint().describes().accept(here::record);
    NodeRegistry nodes = nodes(shared, on.config());
    OtherNodes others =
        new OtherNodes(nodes, runtime.endpoint().owner(), runtime.upkeep()::hasMetOthers);
    var members =
        new LocalMembers(clusterJoin, nodes, others::tellOf, runtime.upkeep(), peers.members());
    return new AllNodes(here, others, runtime.upkeep()::all, runtime.upkeep(), members);
  }

  private static NodeLimits limits(Place shared, ServerContext on) {
    return new NodeLimits(new RedisResourceLimits(shared.pipelines(), shared.keys()), on.clock());
  }

  private static NodeRegistry nodes(Place shared, Config config) {
    return new RedisNodeRegistry(shared.pipelines(), shared.keys(), config.node().lifetime());
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

  /** Whether this node works; asks no other. */
  public boolean mayWork() {
    return membership.reasons().toCompletableFuture().join().isEmpty();
  }

  private record OwnJobs(Runtime runtime) implements NodeWork {
    @Override
    public long openJobs() {
      return runtime.census().countByStatus().entrySet().stream()
          .filter(count -> !new RunStatus(count.getKey()).isFinal())
          .mapToLong(Map.Entry::getValue)
          .sum();
    }

    @Override
    public boolean hasOthers() {
      return runtime.hasNeighbours();
    }

    @Override
    public void takeNoMore(String why) {
      runtime.upkeep().departure().takeNoMore(why);
    }

    @Override
    public void takeAgain(String why) {
      runtime.upkeep().departure().takeAgain(why);
    }
  }

  /** The other nodes in the store. A node that never saw another reads nothing. */
  private static final class OtherNodes implements Supplier<List<OtherNode>> {
    private final NodeRegistry nodes;
    private final String owner;
    private final BooleanSupplier hasMet;
    private volatile boolean isReportedOf;

    /**
     * @param owner this node as the owner of jobs
     * @param hasMet whether any heartbeat has shown other nodes
     */
    OtherNodes(NodeRegistry nodes, String owner, BooleanSupplier hasMet) {
      this.nodes = nodes;
      this.owner = owner;
      this.hasMet = hasMet;
    }

    @Override
    public List<OtherNode> get() {
      return isReportedOf || hasMet.getAsBoolean() ? others() : List.of();
    }

    /**
     * Whether lists show the node as living; it has been seen on the store, or was asked to join.
     */
    boolean tellOf(String node) {
      isReportedOf = true;
      return Answers.await(nodes.described()).stream()
          .anyMatch(other -> other.lives() && NodeRegistry.nameOf(other.owner()).equals(node));
    }

    /**
     * One node per name, without this node's: a server with a new home replaces its former self.
     */
    private List<OtherNode> others() {
      Map<String, Described> byName = new LinkedHashMap<>();
      for (Described other : Answers.await(nodes.described())) { // the dead in the order of death
        byName.merge(
            NodeRegistry.nameOf(other.owner()),
            other,
            (before, later) -> before.lives() ? before : later);
      }
      byName.remove(NodeRegistry.nameOf(owner));
      return byName.values().stream()
          .map(other -> new OtherNode(record(other), other.lives()))
          .toList();
    }

    private static NodeRecord record(Described other) {
      return other.record().isEmpty()
          ? NodeRecord.unreported(NodeRegistry.nameOf(other.owner()))
          : NodeRecord.read(other.record());
    }
  }

  /**
   * Asks the store of a cluster whether this node can work there.
   *
   * @param authority PEM file with the certificate authorities of a Redis; null for those trusted
   *     by Java
   * @param owner this node as the owner of jobs
   * @param lifetime of this node
   */
  private record ClusterProbe(Vertx vertx, Path authority, String owner, Lifetime lifetime)
      implements ClusterJoin.Probe {
    private static final long SECONDS = 3;

    @Override
    public void look(Offer offer) {
      Keys keys = new Keys(offer.namespace());
      ForeignRedisOwners found;
      try {
        found =
            ForeignRedisOwners.look(
                    vertx, offer.redisUrl(), authority, keys.livingNodes(), keys.silence())
                .await(SECONDS, TimeUnit.SECONDS);
      } catch (Throwable e) { // Redis errors are no Exceptions here
        throw new MnException(
            ErrorCode.PRECONDITION,
            "store_unreachable",
            "node %s does not reach the Redis of %s at %s"
                .formatted(
                    NodeRegistry.nameOf(owner),
                    offer.main(),
                    RedisUrl.target(URI.create(offer.redisUrl()))));
      }
      Set<String> living = found.owners();
      if (living.stream().anyMatch(this::hasOurName)) {
        throw new MnException(
            ErrorCode.CONFLICT,
            "node_name_in_use",
            "another node of the cluster is called %s; give one of them another node.name"
                .formatted(NodeRegistry.nameOf(owner)));
      }
      if (found.lifetimeMs().orElse(lifetime.ms()) != lifetime.ms()) {
        throw lifetime.refused(
            NodeRegistry.nameOf(owner),
            found.lifetimeMs().getAsLong(),
            living.stream().map(NodeRegistry::nameOf).sorted().toList());
      }
    }

    private boolean hasOurName(String other) {
      return !other.equals(owner) && NodeRegistry.nameOf(other).equals(NodeRegistry.nameOf(owner));
    }
  }

  /** The name of this node among those that share its Redis. */
  private static final class NodeName {
    private static final String LOCALHOST = "localhost";

    /** Linux's file with the name of the host. */
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private static final long PAUSE_MS = 200;

    private NodeName() {}

    /**
     * @param hostname of this machine
     * @return of the form {@code <word>@<host>}
     */
    static String of(NodeSettings settings, String hostname) {
      NodeSettings.Network network = settings.network();
      String host = network.exposed() ? network.advertiseHost() : hostname;
      return settings.name().isEmpty() ? "mirror_neuron@" + host : settings.name();
    }

    /** The name of this machine, even if it has no address. */
    static String hostname() {
      String resolved;
      try {
        resolved = InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        resolved = LOCALHOST;
      }
      return resolved.equals(LOCALHOST) ? kernelName().orElse(LOCALHOST) : resolved;
    }

    private static Optional<String> kernelName() {
      try {
        return Optional.of(Files.readString(KERNEL).strip())
            .filter(name -> name.matches("[A-Za-z0-9_.-]{1,253}"));
      } catch (IOException e) {
        return Optional.empty(); // another system
      }
    }

    /**
     * Claims the name for this data directory. Waits for a recently dead holder, at most for its
     * lifetime; a holder that sends heartbeats meanwhile lives.
     *
     * @param owner name and data directory
     * @throws MnException (CONFLICT) when another living data directory has the name, or other
     *     nodes live with another lifetime
     */
    static void claim(NodeRegistry nodes, String owner) {
      long least = Long.MAX_VALUE;
      Optional<Holder> holder;
      while ((holder = Answers.await(nodes.claim(owner))).isPresent()) {
        long left = holder.get().livesForMs();
        if (left > least) {
          throw inUse(NodeRegistry.nameOf(owner));
        }
        least = left;
        pause();
      }
    }

    private static MnException inUse(String name) {
      return new MnException(
          ErrorCode.CONFLICT,
          "node_name_in_use",
          "another MirrorNeuron with this Redis is called %s; give this one another node.name (MN_NODE_NAME)"
              .formatted(name));
    }

    private static void pause() {
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw MnException.unavailable("the start was interrupted", e);
      }
    }
  }
}
