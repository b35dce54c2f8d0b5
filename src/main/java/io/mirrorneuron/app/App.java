package io.mirrorneuron.app;

import io.mirrorneuron.app.Doors.Door;
import io.mirrorneuron.archive.ArchiveVerticle;
import io.mirrorneuron.blueprints.BlueprintsVerticle;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.client.ClusterClient;
import io.mirrorneuron.client.JobsClient;
import io.mirrorneuron.cluster.ClusterVerticle;
import io.mirrorneuron.cluster.Surroundings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.gateway.security.Auth;
import io.mirrorneuron.human.HumanClock;
import io.mirrorneuron.human.HumanDesk;
import io.mirrorneuron.human.HumanInbox;
import io.mirrorneuron.human.HumanLogs;
import io.mirrorneuron.human.HumanVerticle;
import io.mirrorneuron.jobs.JobRuns;
import io.mirrorneuron.jobs.JobsVerticle;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.observability.ObservabilityVerticle;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.runs.Desktop;
import io.mirrorneuron.runs.RunsVerticle;
import io.mirrorneuron.runstore.Artifacts;
import io.mirrorneuron.runstore.Outputs;
import io.mirrorneuron.runstore.Reach;
import io.mirrorneuron.runstore.RunIndex;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.runtime.Runtime;
import io.mirrorneuron.runtime.cluster.HardwareProbe;
import io.mirrorneuron.runtime.cluster.LocalCluster;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.cluster.NvidiaSmi;
import io.mirrorneuron.runtime.grpc.RuntimeServer;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.BundleZip;
import io.mirrorneuron.store.JobRows;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisResourceLimits;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * The composition root: every part of a server is made here, in the order in which a request meets
 * them backwards, and closed in reverse.
 */
public final class App implements AutoCloseable {
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  /** Above the time that the runtime gives itself, so that its own answer is told. */
  private static final Duration API_TIMEOUT = Duration.ofSeconds(15);

  private final Role role;
  private final Map<String, String> environment;
  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final Ids ids = new Ids(clock, random);
  private final Parts parts = new Parts(STOP_PATIENCE);
  private Config config;
  private DataDirectory directory;
  private Vertx vertx;
  private RunStore runs;
  private Backend backend;
  private HumanVerticle human;
  private Doors doors = new Doors(null, null);

  private App(Config config, Role role, Map<String, String> environment) {
    this.config = config;
    this.role = role;
    this.environment = environment;
  }

  /**
   * Starts a server; returns when it serves.
   *
   * @param environment variables that programs of steps and searches for programs may see
   * @throws MnException with one sentence for people when that is not possible; nothing runs then
   */
  public static App start(Config config, Role role, Map<String, String> environment) {
    App app = new App(config, role, environment);
    try {
      app.start();
      return app;
    } catch (IOException e) {
      app.close();
      throw MnException.unavailable(config.home() + " cannot be used: " + e, e);
    } catch (RuntimeException e) {
      app.close();
      throw e;
    }
  }

  private void start() throws IOException {
    RedisServer redis = role.hasRuntime() ? takeHome() : null;
    vertx =
        Vertx.vertx(
            new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(eventLoops()));
    parts.add("Vert.x", () -> vertx.close().await(10, TimeUnit.SECONDS));
    runs = parts.add("run store", new RunStore(config.executors().runsRoot()));
    Future<Contract> contract = role.hasGateway() ? Contract.load(vertx) : null;
    backend = role.hasRuntime() ? runtime(redis) : remote();
    human = people();
    Door grpc = role.hasGrpc() ? openGrpc(backend) : null;
    Door api = role.hasGateway() ? openApi(backend, contract.await()) : null;
    doors = new Doors(api, grpc);
    if (role.hasGrpc() || role.hasGateway()) {
      parts.add("announcement", Announcement.of(config.home(), doors, clock));
    }
  }

  /**
   * One for each two cores: a request crosses gateway, area and lane, and each crossing to another
   * loop wakes a thread. The other cores have Redis, programs and virtual threads to run.
   */
  private static int eventLoops() {
    return Math.max(1, java.lang.Runtime.getRuntime().availableProcessors() / 2);
  }

  /**
   * What the doors stand before.
   *
   * @param rows null when only the runtime's own answers are to be had
   * @param identity null when the runtime is elsewhere
   */
  private record Backend(
      JobsClient jobs,
      ClusterClient cluster,
      JobRows rows,
      NodeIdentity identity,
      HardwareProbe hardware,
      BooleanSupplier serving) {}

  private Backend runtime(RedisServer redis) throws IOException {
    if (redis != null) {
      redis.awaitReady();
    }
    RedisLanes lanes = connected(redisUri(config, redis));
    NodeIdentity identity = NodeIdentity.standalone(hostname(), config.grpc());
    NvidiaSmi gpus = new NvidiaSmi(environment.getOrDefault("PATH", ""), clock);
    Runtime runtime =
        parts.add(
            "runtime",
            new Runtime(
                config,
                new Runtime.Identity(
                    identity.name(), directory.runtimeId(), environment, clock, ids::jobSuffix),
                lanes,
                runs,
                gpus));
    HardwareProbe hardware = new HardwareProbe(config.home(), gpus, clock);
    Keys keys = new Keys(config.redis().namespace());
    ClusterClient cluster =
        new LocalCluster(
            identity,
            hardware,
            runtime::pools,
            runtime.census(),
            new RedisResourceLimits(lanes, keys),
            keys.namespace(),
            clock);
    return new Backend(
        runtime.jobs(), cluster, runtime.rows(), identity, hardware, runtime::isServing);
  }

  /** What people decide; with the runtime comes the clock that decides when nobody did. */
  private HumanVerticle people() {
    HumanLogs logs = new HumanLogs();
    HumanDesk desk = new HumanDesk(runs, logs, clock, ids::request);
    HumanInbox inbox = new HumanInbox(runs, logs, clock);
    if (role.hasRuntime()) {
      parts.add("human clock", HumanClock.start(inbox, desk));
    }
    return new HumanVerticle(runs, logs, desk, inbox, clock);
  }

  private RedisLanes connected(URI redis) {
    try {
      return RedisLanes.connect(vertx, redis.toString()).await(10, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw MnException.unavailable("Redis does not answer", e);
    }
  }

  private Backend remote() {
    Clients clients = parts.add("runtime connection", Clients.connect(vertx, config.grpc()));
    return new Backend(clients.jobs(), clients.cluster(), null, null, null, null);
  }

  private Door openGrpc(Backend backend) {
    Config.Grpc grpc = config.grpc();
    RuntimeServer server =
        Doors.opened(
            "gRPC port",
            grpc.host(),
            grpc.port(),
            () ->
                RuntimeServer.start(
                    vertx,
                    grpc,
                    new RuntimeServer.Parts(
                        backend.jobs(),
                        backend.cluster(),
                        backend.identity(),
                        backend.hardware(),
                        backend.serving(),
                        clock)));
    parts.add("gRPC door", server);
    return Door.bound(grpc.host(), server.port());
  }

  private Door openApi(Backend backend, Contract contract) throws IOException {
    Path uploads = Files.createDirectories(config.home().resolve("uploads"));
    BundleStaging staging =
        new BundleStaging(uploads.resolve("bundles"), BundleZip.Limits.DEFAULT, clock, ids::secret);
    vertx.setPeriodic(
        0, Duration.ofHours(1).toMillis(), timer -> Thread.startVirtualThread(staging::sweep));
    RunIndex index = RunIndex.of(runs, clock);
    Artifacts artifacts = new Artifacts();
    Path userHome = Path.of(System.getProperty("user.home"));
    Outputs outputs = new Outputs(new Reach(outputRoots(), userHome));
    List<AreaVerticle> areas =
        List.of(
            new JobsVerticle(
                backend.jobs(),
                backend.rows(),
                new JobRuns(runs, index, artifacts, outputs, clock),
                staging,
                config.grpc().adminToken(),
                clock),
            new ClusterVerticle(backend.cluster(), surroundings(), clock),
            new BlueprintsVerticle(staging),
            new ObservabilityVerticle(runs, clock),
            new RunsVerticle(
                runs,
                index,
                backend.jobs(),
                artifacts,
                outputs,
                new RunsVerticle.Places(config.home().resolve("bundles"), userHome),
                Desktop.find(config.api().host(), environment, System.getProperty("os.name")),
                clock),
            human,
            new ArchiveVerticle(
                runs, config.home().resolve("exports"), "mn " + Main.version(), clock));
    Config.Api api = config.api();
    GatewayVerticle gateway =
        new GatewayVerticle(
            new GatewayVerticle.Settings(
                api, uploads, config.env() == Config.Env.PROD, API_TIMEOUT, ids::request, clock),
            contract,
            areas,
            Auth.of(api.token()),
            Health.Facts.of(
                api.token().isSet(),
                config.env().name().toLowerCase(Locale.ROOT),
                config.executors().runsRoot().toString()));
    areas.forEach(area -> vertx.deployVerticle(area).await());
    parts.add("API door", Doors.opened("API port", api.host(), api.port(), () -> deploy(gateway)));
    return Door.bound(api.host(), gateway.port());
  }

  private List<Path> outputRoots() {
    List<Path> roots = new ArrayList<>(config.outputs().roots());
    roots.add(config.home().resolve("shared"));
    return roots;
  }

  private AutoCloseable deploy(GatewayVerticle gateway) throws TimeoutException {
    String id = vertx.deployVerticle(gateway).await(10, TimeUnit.SECONDS);
    return () -> vertx.undeploy(id).await(10, TimeUnit.SECONDS);
  }

  private Surroundings surroundings() {
    String shared = config.home().resolve("shared").toString();
    return new Surroundings(
        "local",
        config.home().toString(),
        config.grpc().target(),
        config.api().baseUrl(),
        null,
        shared,
        shared,
        false);
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * Locks the data directory, completes the tokens and begins to start Redis, unless one is named.
   */
  private RedisServer takeHome() throws IOException {
    directory = parts.add("data directory", DataDirectory.lock(config.home(), random));
    config = directory.withTokens(config);
    return config.redis().url() != null
        ? null
        : parts.add(
            "Redis",
            RedisServer.launch(
                new RedisServer.Options(
                    config.home().resolve("redis"),
                    config.redis().server(),
                    environment.getOrDefault("PATH", ""),
                    config.redis().fsync(),
                    directory.redisPassword(),
                    config.log().folder().resolve("redis.log"))));
  }

  /** Where the state is: the named server, else ours. */
  private static URI redisUri(Config config, RedisServer own) {
    return own == null ? config.redis().url() : URI.create(own.uri());
  }

  public Config config() {
    return config;
  }

  Doors doors() {
    return doors;
  }

  /** The jobs of this server's runtime, or of the one it stands before. */
  public JobsClient jobs() {
    return backend.jobs();
  }

  /** The nodes of the same runtime. */
  public ClusterClient cluster() {
    return backend.cluster();
  }

  /** Stops accepting, lets running work end or parks it, and stops what was started; bounded. */
  @Override
  public void close() {
    parts.close();
  }
}
