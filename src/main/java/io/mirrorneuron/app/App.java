package io.mirrorneuron.app;

import io.mirrorneuron.app.Doors.Door;
import io.mirrorneuron.client.ClusterClient;
import io.mirrorneuron.client.JobsClient;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.human.HumanClock;
import io.mirrorneuron.human.HumanDesk;
import io.mirrorneuron.human.HumanInbox;
import io.mirrorneuron.human.HumanLogs;
import io.mirrorneuron.human.HumanVerticle;
import io.mirrorneuron.listen.GuardedVertx;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.runstore.RunBacklog;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.runstore.RunWriter;
import io.mirrorneuron.runtime.grpc.RuntimeServer;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.jwt.JwtAuth;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The composition root: every part of a server is made from here, in the order in which a request
 * meets them backwards, and closed in reverse: the ground, the {@link Backend}, the doors.
 */
public final class App implements AutoCloseable {
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

  private final Role role;
  private final Map<String, String> environment;
  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();
  private final Ids ids = new Ids(clock, random);
  private final Parts parts = new Parts(STOP_PATIENCE);
  private Config config;
  private Rooms rooms;
  private DataDirectory directory;
  private Backend backend;
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
      throw MnException.unavailable("home " + config.home() + " cannot be used: " + e, e);
    } catch (RuntimeException e) {
      app.close();
      throw e;
    }
  }

  private void start() throws IOException {
    Folders.prepareAll(config, role.hasRuntime());
    rooms = Rooms.of(config, role, parts, clock);
    RedisServer redis = role.hasRuntime() ? takeHome() : null;
    Vertx vertx = vertx();
    parts.add("Vert.x", () -> vertx.close().await(10, TimeUnit.SECONDS));
    parts.add("idle heap", IdleHeap.start());
    RunStore runs = parts.add("run store", runs());
    Future<Contract> contract = role.hasGateway() ? load(vertx) : null;
    Premises on =
        new Premises(config, environment, clock, ids, vertx, runs, issued(vertx), rooms, parts);
    backend = role.hasRuntime() ? Backend.here(on, directory, redis) : Backend.elsewhere(on);
    HumanVerticle human = people(on);
    Door grpc = role.hasGrpc() ? openGrpc(on) : null;
    Door api = role.hasGateway() ? ApiDoor.open(on, backend, human, contract.await()) : null;
    doors = new Doors(api, grpc);
    if (role.hasGrpc() || role.hasGateway()) {
      parts.add("announcement", Announcement.of(config.home(), doors, clock));
    }
    if (role.hasRuntime()) {
      backend.redis().tell();
    }
  }

  /** With a runtime this process writes the runs; without one it reads what another writes. */
  private RunStore runs() {
    RunWriter writer = role.hasRuntime() ? new RunBacklog() : new RunWriter.Elsewhere();
    return new RunStore(config.executors().runsRoot(), writer);
  }

  /** Both doors ask the same one, so that a token that one has verified is known to the other. */
  private Auth issued(Vertx vertx) {
    boolean asked = config.jwt().isOn() && (role.hasGateway() || role.hasGrpc());
    return asked ? JwtAuth.open(config.jwt(), vertx, clock) : Auth.NOBODY_ENTERS;
  }

  private Vertx vertx() {
    Config.Connections limits = config.connections();
    return GuardedVertx.create(
        new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(eventLoops()),
        new Limits(limits.max(), limits.headTimeout()),
        () -> Problem.tooManyConnections(limits.max()).bytes(ids.request()));
  }

  /** Beside the rest; Vert.x is not closed under it when the rest fails meanwhile. */
  private Future<Contract> load(Vertx vertx) {
    Future<Contract> contract = Contract.load(vertx);
    parts.add("contract", () -> contract.otherwiseEmpty().await(10, TimeUnit.SECONDS));
    return contract;
  }

  /**
   * One for each two cores: a request crosses gateway, area and lane, and each crossing to another
   * loop wakes a thread. The other cores have Redis, programs and virtual threads to run.
   */
  private static int eventLoops() {
    return Math.max(1, java.lang.Runtime.getRuntime().availableProcessors() / 2);
  }

  /** What people decide; with the runtime comes the clock that decides when nobody did. */
  private HumanVerticle people(Premises on) {
    HumanLogs logs = new HumanLogs();
    HumanDesk desk = new HumanDesk(on.runs(), logs, clock, ids::request);
    HumanInbox inbox = new HumanInbox(on.runs(), logs, clock);
    if (role.hasRuntime()) {
      parts.add("human clock", HumanClock.start(inbox, desk));
    }
    return new HumanVerticle(desk, inbox);
  }

  private Door openGrpc(Premises on) {
    Config.Grpc grpc = config.grpc();
    RuntimeServer server =
        Doors.opened(
            "gRPC port",
            "grpc",
            grpc.host(),
            grpc.port(),
            () ->
                RuntimeServer.start(
                    on.vertx(),
                    grpc,
                    new RuntimeServer.Parts(
                        backend.jobs(),
                        backend.cluster(),
                        backend.identity(),
                        backend.hardware(),
                        backend.serving(),
                        on.issued(),
                        config.env() == Config.Env.DEV,
                        rooms.storage(),
                        clock)));
    parts.add("gRPC door", server);
    return Door.bound(grpc.host(), server.port());
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
                    config.log().folder().resolve("redis.log")),
                rooms.storage()));
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
