package io.mirrorneuron.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.app.Endpoints.Endpoint;
import io.mirrorneuron.bus.cluster.BusMembership;
import io.mirrorneuron.config.ClusterBusSettings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConnectionLimits;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.listen.GuardedVertx;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.run.RunBacklog;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.human.HumanDecisions;
import io.mirrorneuron.runtime.embedded.RuntimeHome;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.JwtAuth;
import io.mirrorneuron.server.CloseStack;
import io.mirrorneuron.server.Disks;
import io.mirrorneuron.server.IdSource;
import io.mirrorneuron.server.SecretFile;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.server.ServerContext.Restart;
import io.mirrorneuron.server.ServerFolders;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: creates every part of a server, from the bottom up (context, {@link
 * Backend}, endpoints), and closes them in reverse.
 */
public final class App implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(App.class);

  private final ServerRole role;
  private final Map<String, String> environment;
  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final IdSource ids = new IdSource(clock, random);
  private final CloseStack closing = new CloseStack();
  private Config config;
  private Backend backend;
  private volatile Endpoints endpoints = new Endpoints(null, null);

  private final Restart restart;

  private App(Config config, ServerRole role, Map<String, String> environment, Restart restart) {
    this.config = config;
    this.role = role;
    this.environment = environment;
    this.restart = restart;
  }

  /**
   * Starts a server; returns when it serves.
   *
   * @param environment variables for programs of steps and for program searches
   * @param restart restarts it when it joins or leaves a cluster
   * @throws MnException with one sentence for people when that is not possible; nothing runs then
   */
  static App start(
      Config config, ServerRole role, Map<String, String> environment, Restart restart) {
    App app = new App(config, role, environment, restart);
    return app.closing.orClose(
        config.home(),
        () -> {
          app.start();
          app.tellStart();
          return app;
        });
  }

  /** For a server that joins no cluster. */
  public static App start(Config config, ServerRole role, Map<String, String> environment) {
    return start(config, role, environment, App::stay);
  }

  private static void stay(Runnable undo) {
    undo.run();
    throw MnException.precondition("this server cannot be started anew");
  }

  private void tellStart() {
    LOG.info(
        "MirrorNeuron {} is up: API at {}, gRPC at {}, home {}",
        Main.program(),
        endpoints.api() == null ? "none" : endpoints.api(),
        endpoints.grpc() == null ? "none" : endpoints.grpc(),
        config.home());
    closing.add("last line of the log", () -> LOG.info("MirrorNeuron is stopping"));
  }

  private void start() throws IOException {
    ServerFolders.prepareAll(config, role.hasRuntime());
    Disks disks = Disks.watched(config, role.hasRuntime(), closing, clock);
    if (role.hasRuntime()) {
      RuntimeHome home = RuntimeHome.take(config, environment, random, disks, closing);
      config = home.config();
      open(context(disks), on -> Backend.here(home, on));
    } else if (isMember()) {
      LOG.info(
          "servers are found on the event bus (vertx.cluster); grpc.target {} is not asked",
          config.grpc().target());
      openGateway(context(disks));
    } else {
      open(context(disks), Backend::elsewhere);
    }
  }

  /** Whether it shares a bus with other processes. */
  private boolean isMember() {
    return config.node().bus().isOn();
  }

  /**
   * Whether it answers for areas itself; a member without a gateway does so for gateways of others.
   */
  private boolean hasAreas() {
    return role.hasRuntime() ? role.hasGateway() || isMember() : !isMember();
  }

  @FunctionalInterface
  private interface BackendStart {
    Backend on(ServerContext context) throws IOException;
  }

  private ServerContext context(Disks disks) {
    VertxOptions options = ServerContext.vertxOptions();
    if (role.hasGateway()) {
      String pages = ServerFolders.libraries(config).resolve("pages").toString();
      options.setFileSystemOptions(new FileSystemOptions().setFileCacheDir(pages));
    }
    Vertx vertx = ServerVertx.open(config, options, ids);
    closing.add("Vert.x", ServerContext.closing(vertx));
    RunStore runs = closing.add("run store", runs());
    return new ServerContext(
        config,
        environment,
        clock,
        ids,
        vertx,
        runs,
        disks,
        closing,
        new ServerContext.Process(Main.version(), restart));
  }

  private void open(ServerContext on, BackendStart start) throws IOException {
    closing.add("memory release", MemoryRelease.start());
    Future<Contract> contract = hasAreas() ? load(on.vertx()) : null;
    Auth issued = issued(on.vertx());
    backend = start.on(on);
    HumanDecisions decisions = HumanDecisions.of(on.runs(), clock, ids::request);
    Endpoint grpc = null;
    if (backend instanceof Backend.Here here) {
      closing.add("human clock", decisions.startClock());
      grpc = GrpcEndpoint.open(on, here.runtime(), issued);
      endpoints = new Endpoints(null, grpc);
    }
    if (hasAreas()) {
      openAreas(on, ApiAreas.of(on, backend, this::endpoints, decisions), issued, contract.await());
    }
    closing.add("announcement", Announcement.of(config.home(), endpoints, clock));
    if (backend instanceof Backend.Here here) {
      here.runtime().redis().logVersion();
      here.runtime().confinement().logClosed();
    }
  }

  private void openAreas(ServerContext on, ApiAreas areas, Auth issued, Contract contract) {
    GatewayVerticle gateway =
        role.hasGateway() ? ApiGateway.of(on, backend, areas, issued, contract) : null;
    areas.open(on, backend);
    if (gateway != null) {
      endpoints = new Endpoints(ApiEndpoint.open(on, gateway), endpoints.grpc());
    }
    if (backend instanceof Backend.Here here) {
      if (gateway != null) {
        here.runtime().endpoints().add(gateway.port());
      }
      if (isMember()) {
        BusEndpoints.open(on, here, areas, issued, contract);
      }
    }
    areas.platform().launches().goOn();
  }

  /** A gateway in front of the areas of other members. */
  private void openGateway(ServerContext on) throws IOException {
    closing.add("memory release", MemoryRelease.start());
    Contract contract = load(on.vertx()).await();
    GatewayVerticle gateway = ApiGateway.ofCluster(on, issued(on.vertx()), contract);
    endpoints = new Endpoints(ApiEndpoint.open(on, gateway), null);
    closing.add("announcement", Announcement.of(config.home(), endpoints, clock));
  }

  /** With a runtime this process writes the runs; without one it only reads them. */
  private RunStore runs() {
    // without areas, readers only see the run folders
    boolean onDemand = config.retention().runsOnDemand() && hasAreas();
    RunWriter writer = role.hasRuntime() ? new RunBacklog(onDemand) : new RunWriter.Elsewhere();
    return new RunStore(config.executors().runsRoot(), writer);
  }

  /** One object for HTTP and gRPC, so that a token which one has verified is known to the other. */
  private Auth issued(Vertx vertx) {
    return config.jwt().isOn() ? JwtAuth.open(config.jwt(), vertx, clock) : Auth.NOBODY_ENTERS;
  }

  /** Loads the contract while other parts start; Vert.x is not closed before this has ended. */
  private Future<Contract> load(Vertx vertx) {
    Future<Contract> contract = Contract.load(vertx);
    closing.add("contract", () -> contract.otherwiseEmpty().await(10, TimeUnit.SECONDS));
    return contract;
  }

  public Config config() {
    return config;
  }

  Endpoints endpoints() {
    return endpoints;
  }

  /** Null before areas of other processes. */
  Backend backend() {
    return backend;
  }

  /** The jobs of this server's local or remote runtime. */
  public JobsPort jobs() {
    return backend.jobs();
  }

  public ClusterPort cluster() {
    return backend.cluster();
  }

  /** Stops accepting, finishes or parks running work, and stops all parts; bounded in time. */
  @Override
  public void close() {
    closing.close();
  }

  /** The HTTP endpoint. */
  private static final class ApiEndpoint {
    private ApiEndpoint() {}

    static Endpoint open(ServerContext on, GatewayVerticle gateway) {
      Config.Api api = on.config().api();
      on.closing()
          .add(
              "API endpoint",
              ListeningPort.open(
                  ListeningPort.Door.API,
                  api.host(),
                  api.port(),
                  () -> deploy(on.vertx(), gateway)));
      return Endpoint.bound(api.host(), gateway.port());
    }

    private static AutoCloseable deploy(Vertx vertx, GatewayVerticle gateway)
        throws TimeoutException {
      String id = vertx.deployVerticle(gateway).await(10, TimeUnit.SECONDS);
      return () -> vertx.undeploy(id).await(10, TimeUnit.SECONDS);
    }
  }

  /** The Vert.x of a server, alone or as a member of a cluster. */
  private static final class ServerVertx {
    /** Longer than members on a busy machine need to find each other. */
    private static final int JOIN_SECONDS = 60;

    private ServerVertx() {}

    /**
     * @throws MnException UNAVAILABLE with one sentence when the cluster cannot be joined
     */
    static Vertx open(Config config, VertxOptions options, IdSource ids) {
      ConnectionLimits limits = config.connections();
      Limits listeners = new Limits(limits.max(), limits.headTimeout());
      Supplier<byte[]> tooMany =
          () -> Problem.tooManyConnections(limits.max()).bytes(ids.request());
      ClusterBusSettings bus = config.node().bus();
      return bus.isOn()
          ? join(bus, options, listeners, tooMany)
          : alone(options, listeners, tooMany);
    }

    private static Vertx alone(VertxOptions options, Limits listeners, Supplier<byte[]> tooMany) {
      return GuardedVertx.create(options, listeners, tooMany);
    }

    private static Vertx join(
        ClusterBusSettings bus, VertxOptions options, Limits listeners, Supplier<byte[]> tooMany) {
      options.setEventBusOptions(BusMembership.messages(bus));
      try {
        return GuardedVertx.join(options, BusMembership.of(bus), listeners, tooMany)
            .await(JOIN_SECONDS, TimeUnit.SECONDS);
      } catch (MnException e) {
        throw e;
      } catch (TimeoutException | RuntimeException e) {
        Throwable cause =
            e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        throw new MnException(
            ErrorCode.UNAVAILABLE,
            "cluster_not_joined",
            "the cluster cannot be joined at vertx.cluster.host and port, %s:%d: %s"
                .formatted(bus.host(), bus.port(), cause.getMessage()),
            null,
            e);
      }
    }
  }

  /**
   * This server's part of {@code runtime-endpoints.json}, by which clients of this home find it. A
   * gateway and a runtime of the same home share the file; closing removes only entries of this
   * server.
   */
  static final class Announcement implements AutoCloseable {
    private final Path file;
    private final Clock clock;
    private final ObjectNode ours;

    private Announcement(Path file, Clock clock, ObjectNode ours) {
      this.file = file;
      this.clock = clock;
      this.ours = ours;
    }

    static Announcement of(Path home, Endpoints endpoints, Clock clock) throws IOException {
      ServerFolders.make(home);
      Announcement announcement =
          new Announcement(home.resolve("runtime-endpoints.json"), clock, endpoints.announcement());
      announcement.write(announcement.present().setAll(announcement.ours));
      return announcement;
    }

    private ObjectNode present() {
      try {
        return Json.parse(Files.readString(file)) instanceof ObjectNode object
            ? object
            : Json.object();
      } catch (IOException e) {
        return Json.object();
      }
    }

    private void write(ObjectNode content) throws IOException {
      content.put("version", 1).put("updated_at", Json.timestamp(clock.instant()));
      SecretFile.write(file, Json.write(content) + "\n");
    }

    @Override
    public void close() throws IOException {
      ObjectNode content = present();
      ours.properties()
          .forEach(
              endpoint -> {
                if (endpoint.getValue().equals(content.get(endpoint.getKey()))) {
                  content.remove(endpoint.getKey());
                }
              });
      if (content.has("api") || content.has("grpc") || content.has("web_ui")) {
        write(content);
      } else {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Returns unused heap memory to the system. The garbage collector does so only after a full
   * collection, which it makes only when the heap cannot grow any more: an idle server would keep
   * the memory of its busiest hour for days, and a busy one would take the whole limit.
   */
  static final class MemoryRelease {
    private static final long LOOK_MILLIS = 5_000;

    /** Checks in a row without a collection after which a server is idle. */
    private static final int IDLE_LOOKS = 3;

    /** Bytes to gain below which an idle server makes no collection. */
    private static final long WORTH_BYTES = 32L << 20;

    /** For a busy server; also at least as much as is live, to keep the cost in proportion. */
    private static final long BUSY_WORTH_BYTES = 128L << 20;

    private final LongSupplier collections;
    private final LongSupplier used;
    private final Runnable collect;
    private long seen = -1;
    private int quiet;
    private long kept;

    /**
     * @param collections how many there have been
     * @param used bytes of the heap, live or not
     * @param collect collects the whole heap
     */
    MemoryRelease(LongSupplier collections, LongSupplier used, Runnable collect) {
      this.collections = collections;
      this.used = used;
      this.collect = collect;
    }

    /** Checks at intervals on a thread of its own: a collection stops all threads anyway. */
    static AutoCloseable start() {
      List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
      Runtime machine = Runtime.getRuntime();
      MemoryRelease heap =
          new MemoryRelease(
              () -> collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum(),
              () -> machine.totalMemory() - machine.freeMemory(),
              System::gc);
      ScheduledExecutorService looks =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("mn-memory-release").factory());
      looks.scheduleWithFixedDelay(heap::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
      return looks::shutdownNow;
    }

    /** Collects when that frees enough memory for the present load. */
    void look() {
      long now = collections.getAsLong();
      quiet = now == seen ? quiet + 1 : 0;
      seen = now;
      long worth = quiet >= IDLE_LOOKS ? WORTH_BYTES : Math.max(BUSY_WORTH_BYTES, kept);
      if (used.getAsLong() > kept + worth) {
        collect.run();
        kept = used.getAsLong();
        seen = collections.getAsLong();
        quiet = 0;
      }
    }
  }
}
