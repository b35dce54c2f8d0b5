package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.client.NodeClients;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.run.RunBacklog;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.runtime.NodeMachine;
import io.mirrorneuron.runtime.Runtime;
import io.mirrorneuron.runtime.RuntimeIdentity;
import io.mirrorneuron.runtime.RuntimeSettings;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.LocalCluster;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.cluster.NodeLimits;
import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.join.LocalMembers;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.RedisResourceLimits;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.wire.AllNodes;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A runtime with a real Redis and real processes in a folder of its own. */
public final class RuntimeFixture implements AutoCloseable {
  private static final AtomicLong IDS = new AtomicLong();

  private final Vertx vertx = Vertx.vertx();
  private final RedisServer redis;
  private final boolean ownsRedis;
  private final RedisPipelines pipelines;
  private final NodeClients peers;
  private final NodeMachine machine;
  private final Clock clock;
  private final Path home;
  private final Config config;
  private String nodeName = "mirror_neuron@test";
  private RunStore runs;
  private Runtime runtime;

  public RuntimeFixture(Path home) {
    this(home, config(home));
  }

  public RuntimeFixture(Path home, Config config) {
    this(home, config, RedisFixture.server(home), true);
  }

  /** A further node on the Redis of {@code other}. */
  public static RuntimeFixture beside(RuntimeFixture other, Path home) {
    return new RuntimeFixture(home, config(home), other.redis, false);
  }

  /** The same with settings of its own, as variables. */
  public static RuntimeFixture beside(
      RuntimeFixture other, Path home, Map<String, String> settings) {
    return new RuntimeFixture(home, config(home, settings), other.redis, false);
  }

  /** On this machine. */
  public static RuntimeFixture on(Path home, NodeMachine machine) {
    return new RuntimeFixture(
        home, config(home), RedisFixture.server(home), true, machine, Clock.systemUTC());
  }

  /** By a clock of its own; what is due by it is looked for each two seconds of ours. */
  public static RuntimeFixture at(Path home, Clock clock) {
    return new RuntimeFixture(
        home,
        config(home, Silence.SHORT_VARIABLES),
        RedisFixture.server(home),
        true,
        EIGHT_CORES,
        clock);
  }

  private RuntimeFixture(Path home, Config config, RedisServer redis, boolean ownsRedis) {
    this(home, config, redis, ownsRedis, EIGHT_CORES, Clock.systemUTC());
  }

  private RuntimeFixture(
      Path home,
      Config config,
      RedisServer redis,
      boolean ownsRedis,
      NodeMachine machine,
      Clock clock) {
    this.machine = machine;
    this.clock = clock;
    this.redis = redis;
    this.ownsRedis = ownsRedis;
    this.pipelines = RedisPipelines.connect(vertx, redis.uri(), Storage.unwatched()).await();
    this.home = home;
    this.config = config;
    if (!config.node().name().isEmpty()) {
      this.nodeName = config.node().name();
    }
    this.peers = new NodeClients(vertx, config.grpc().joinToken(), config.node().network());
    this.runtime = start();
  }

  /** Where the folders of runs are. */
  public RunStore runs() {
    return runs;
  }

  /** Of every runtime, whatever machine the tests are on: 8 cores, 16 GB of memory, 100 of disk. */
  public static final Hardware HARDWARE =
      new Hardware(
          "unix",
          "linux",
          new Hardware.Cpu(8, "amd64", "test", 0),
          new Hardware.Memory(16L << 30, 8L << 30),
          new Hardware.Disk(100L << 30, 50L << 30),
          List.of());

  private static final NodeMachine EIGHT_CORES =
      new NodeMachine(
          () -> HARDWARE,
          GpuInventory.of(List.of()),
          () -> NodeCapacity.endless("mirror_neuron@test"));

  private Runtime start() {
    runs = new RunStore(config.executors().runsRoot(), new RunBacklog());
    return new Runtime(
        RuntimeSettings.of(config),
        new RuntimeIdentity(
            nodeName,
            home.getFileName()
                + "-"
                + ExecutionSamples.runtimeId(home), // it ends programs of its id
            Map.of("PATH", System.getenv("PATH")),
            clock,
            () -> String.format("%013d-%012x", 0, IDS.incrementAndGet()),
            peers),
        StorePlaces.one(pipelines, new Keys(config.redis().namespace())),
        runs,
        machine,
        Storage.unwatched(),
        vertx);
  }

  /** Closes the runtime in good order and starts one on the same data. */
  public void restart() {
    leave();
    startAgain();
  }

  /** The defaults, with everything below {@code home} and the admin token {@code admin}. */
  public static Config config(Path home) {
    return config(home, Map.of());
  }

  /** The same with further settings, as variables. */
  public static Config config(Path home, Map<String, String> settings) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "MN_HOME",
                home.toString(),
                "MN_TEMP_DIR",
                home.resolve("tmp").toString(),
                "MN_GRPC_ADMIN_TOKEN",
                "admin",
                "MN_NETWORK_JOIN_TOKEN",
                "join",
                "MN_EXECUTOR_CONFINE",
                "off", // programs leave marks in the folder of their test
                "MN_RESOURCE_ADMISSION_ENABLED",
                "false")); // whatever else the machine of the tests does
    environment.putAll(settings);
    return new ConfigLoader(environment, null, Map.of(), home).load();
  }

  /** Its connections to Redis. */
  public RedisPipelines pipelines() {
    return pipelines;
  }

  /** Of the Redis that it is on. */
  public String redisUri() {
    return redis.uri();
  }

  public JobsPort jobs() {
    return runtime.jobs();
  }

  /** This node, alone in its cluster; its limits lie in Redis. */
  public ClusterPort cluster() {
    Keys keys = new Keys(config.redis().namespace());
    LocalCluster here =
        new LocalCluster(
            NodeIdentity.of("mirror_neuron@test", "test", config.node(), config.grpc()),
            GrpcRuntime::hardware,
            new LocalCluster.Programs(
                runtime.executions()::capacity, runtime.executions()::holders, Optional::empty),
            runtime.census(),
            new NodeLimits(new RedisResourceLimits(pipelines, keys), Clock.systemUTC()),
            new LocalCluster.Store(keys.namespace(), () -> GrpcRuntime.STORE),
            Clock.systemUTC());
    return new AllNodes(
        here,
        List::of,
        runtime.upkeep()::all,
        runtime.upkeep(),
        new LocalMembers(
            JoinFixture.service("mirror_neuron@test", Secret.NONE),
            new RedisNodeRegistry(pipelines, keys, config.node().lifetime()),
            name -> true,
            runtime.upkeep(),
            peers.members()));
  }

  /** Ends the runtime alone, as when its machine is switched off in good order. */
  public void leave() {
    runtime.close();
  }

  /** Starts one on the same data after {@link #leave}. */
  public void startAgain() {
    runtime = start();
  }

  /** The same as another node, to which the jobs come. */
  public void startAgainAs(String name) {
    nodeName = name;
    startAgain();
  }

  public Runtime runtime() {
    return runtime;
  }

  /** The details of the job once it is terminal. */
  public ObjectNode awaitEnd(String jobId) {
    CountDownLatch ended = new CountDownLatch(1);
    try (JobsPort.Subscription _ =
        jobs()
            .watch(
                jobId,
                () ->
                    Thread.startVirtualThread(
                        () -> {
                          if (isTerminal(jobId)) {
                            ended.countDown();
                          }
                        }))) {
      if (!isTerminal(jobId) && !ended.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("job " + jobId + " does not end: " + jobs().get(jobId));
      }
      return Trees.tree(jobs().get(jobId));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private boolean isTerminal(String jobId) {
    return jobs().events(jobId, Long.MAX_VALUE - 1, 1).ended();
  }

  @Override
  public void close() {
    runtime.close();
    runs.close();
    peers.close();
    vertx.close().await();
    if (ownsRedis) {
      redis.close();
    }
  }
}
