package io.mirrorneuron.app;

import io.mirrorneuron.app.Endpoints.Endpoint;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.contract.Contract;
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
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.server.ServerContext.Restart;
import io.mirrorneuron.server.ServerFolders;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: makes every part of a server, from the bottom up, and closes them in
 * reverse: the context, the {@link Backend}, the doors.
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
   * @param environment variables that programs of steps and searches for programs may see
   * @param restart starts it anew, which it asks for when it joins a cluster or leaves it
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

  /** The same, of a server that joins no cluster. */
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
    closing.add("last line of the log", () -> LOG.info("MirrorNeuron is told to end"));
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

  /** Whether it answers for areas itself: a member without a door does it for members with one. */
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
      grpc = GrpcDoor.open(on, here.runtime(), issued);
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
      endpoints = new Endpoints(ApiDoor.open(on, gateway), endpoints.grpc());
    }
    if (backend instanceof Backend.Here here) {
      if (gateway != null) {
        here.runtime().doors().add(gateway.port());
      }
      if (isMember()) {
        BusDoors.open(on, here, areas, issued, contract);
      }
    }
    areas.platform().launches().goOn();
  }

  /** A gateway before the areas of other members. */
  private void openGateway(ServerContext on) throws IOException {
    closing.add("memory release", MemoryRelease.start());
    Contract contract = load(on.vertx()).await();
    GatewayVerticle gateway = ApiGateway.ofCluster(on, issued(on.vertx()), contract);
    endpoints = new Endpoints(ApiDoor.open(on, gateway), null);
    closing.add("announcement", Announcement.of(config.home(), endpoints, clock));
  }

  /** With a runtime this process writes the runs; without one it reads what another writes. */
  private RunStore runs() {
    // without areas here, whoever looks reads folders only
    boolean onDemand = config.retention().runsOnDemand() && hasAreas();
    RunWriter writer = role.hasRuntime() ? new RunBacklog(onDemand) : new RunWriter.Elsewhere();
    return new RunStore(config.executors().runsRoot(), writer);
  }

  /** One object for both doors, so that a token which one has verified is known to the other. */
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

  /** The jobs of this server's runtime, or of the one it stands before. */
  public JobsPort jobs() {
    return backend.jobs();
  }

  /** The nodes of the same runtime. */
  public ClusterPort cluster() {
    return backend.cluster();
  }

  /** Stops accepting, lets running work end or parks it, and stops what was started; bounded. */
  @Override
  public void close() {
    closing.close();
  }
}
