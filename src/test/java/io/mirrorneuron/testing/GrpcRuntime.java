package io.mirrorneuron.testing;

import io.mirrorneuron.client.Clients;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.HostedPrograms;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.cluster.CoordinationStore;
import io.mirrorneuron.runtime.cluster.DeferredReads;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.NodeEndpoint;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.grpc.RuntimeServer;
import io.mirrorneuron.runtime.webhook.WebhookKeeper;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.NodeToken;
import io.mirrorneuron.storage.Storage;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A real gRPC server on a free port over the fakes, and the means to reach it. */
public final class GrpcRuntime implements AutoCloseable {
  public static final Secret AUTH = new Secret("operator-token");
  public static final Secret ADMIN = new Secret("admin-token");
  public static final Secret JOIN = new Secret("join-token");

  public static final CoordinationStore STORE = new CoordinationStore("fake-store", true, true);

  /** Bytes of a message that the server takes. */
  public static final long MESSAGE = 32 << 20;

  public final Vertx vertx;
  public final FakeJobs jobs = new FakeJobs();
  public final FakeCluster cluster = new FakeCluster();
  public final FakeServices services = new FakeServices();
  public final FakeEvents events = new FakeEvents();
  public final SchedulesPort schedules = new FakeSchedules().port();
  public final AtomicBoolean serving = new AtomicBoolean(true);
  public final RuntimeServer server;

  private GrpcRuntime(Config.Grpc config, String redisUrl, Auth tokens) {
    this(config, redisUrl, tokens, GatewayFixture.LIMITS);
  }

  private GrpcRuntime(Config.Grpc config, String redisUrl, Auth tokens, Limits limits) {
    this(config, redisUrl, tokens, limits, null, false);
  }

  /**
   * @param behind stands behind the server in place of the fakes, or null
   * @param sharesTokens whether handshakes hand out the tokens
   */
  private GrpcRuntime(
      Config.Grpc config,
      String redisUrl,
      Auth tokens,
      Limits limits,
      RuntimeFixture behind,
      boolean sharesTokens) {
    vertx = GatewayFixture.vertx(limits);
    NodeIdentity identity =
        new NodeIdentity(
            "mirror_neuron@here",
            "here",
            "here",
            "10.0.0.1",
            55051,
            List.of("mirror_neuron@a", "mirror_neuron@b"),
            NodeSettings.Marks.NONE,
            config.networkOnly());
    server =
        RuntimeServer.start(
            vertx,
            new RuntimeServer.Place(config.host(), config.port(), null, false),
            config,
            new RuntimeServer.Parts(
                behind == null ? jobs : behind.jobs(),
                behind == null ? cluster : behind.cluster(),
                behind == null ? services : behind.runtime().services(),
                behind == null ? events.port() : behind.runtime().events(),
                behind == null ? schedules : behind.runtime().schedules(),
                behind == null ? null : behind.runtime().deployments(),
                behind == null ? new FakeOperations() : behind.runtime().operations(),
                behind == null ? webhooks() : behind.runtime().webhooks(),
                identity,
                behind == null ? endpoint() : behind.runtime().endpoint(),
                JoinFixture.service("mirror_neuron@here", new Secret(redisUrl)),
                sharesTokens,
                GrpcRuntime::hardware,
                () -> STORE,
                serving::get,
                tokens,
                true,
                Storage.unwatched(),
                Clock.fixed(Instant.parse("2026-01-02T03:04:05.100Z"), ZoneOffset.UTC)));
  }

  private NodeEndpoint endpoint() {
    return new NodeEndpoint(
        NodeToken.of(JOIN),
        "mirror_neuron@here#1",
        jobs,
        AgentChanges.NONE,
        HostedPrograms.NONE,
        new DeferredReads(),
        address -> {},
        record -> {});
  }

  private Webhooks webhooks() {
    Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05.100Z"), ZoneOffset.UTC);
    var deliveries = new InMemoryDeliveryQueue(WebhookKeeper.ROOM, clock::millis);
    return FakeWebhooks.of(events.port(), deliveries, clock, vertx);
  }

  /** A full node with all tokens set. */
  public static GrpcRuntime start() {
    return asking(Auth.NOBODY_ENTERS);
  }

  /** The same, and who has no token of the runtime is asked for another. */
  public static GrpcRuntime asking(Auth tokens) {
    return new GrpcRuntime(config(0, Duration.ofSeconds(5), AUTH), "", tokens);
  }

  /**
   * @param limits of connections and heads
   */
  public static GrpcRuntime start(Limits limits) {
    return new GrpcRuntime(config(0, Duration.ofSeconds(5), AUTH), "", Auth.NOBODY_ENTERS, limits);
  }

  /** The door of a runtime with a real Redis, which other nodes on that Redis are told of. */
  public static GrpcRuntime before(RuntimeFixture runtime) {
    GrpcRuntime endpoint =
        new GrpcRuntime(
            config(0, Duration.ofSeconds(15), AUTH),
            "",
            Auth.NOBODY_ENTERS,
            GatewayFixture.LIMITS,
            runtime,
            false);
    runtime.runtime().endpoint().opened().accept("127.0.0.1:" + endpoint.server.port());
    return endpoint;
  }

  public static GrpcRuntime withoutOperatorToken() {
    return new GrpcRuntime(config(0, Duration.ofSeconds(5), Secret.NONE), "", Auth.NOBODY_ENTERS);
  }

  public static GrpcRuntime withRedis(String url) {
    return new GrpcRuntime(config(0, Duration.ofSeconds(5), AUTH), url, Auth.NOBODY_ENTERS);
  }

  /** One whose handshakes hand out its tokens. */
  public static GrpcRuntime sharingTokens() {
    return new GrpcRuntime(
        config(0, Duration.ofSeconds(5), AUTH),
        "",
        Auth.NOBODY_ENTERS,
        GatewayFixture.LIMITS,
        null,
        true);
  }

  public static GrpcRuntime networkOnly() {
    Config.Grpc full = config(0, Duration.ofSeconds(5), AUTH);
    return new GrpcRuntime(
        new Config.Grpc(
            full.host(), 0, full.target(), full.timeout(), AUTH, ADMIN, JOIN, true, MESSAGE),
        "",
        Auth.NOBODY_ENTERS);
  }

  /** Clients that send the operator token. */
  public Clients connect() {
    return connect(AUTH, Duration.ofSeconds(5));
  }

  public Clients connect(Secret token, Duration timeout) {
    return Clients.connect(vertx, config(server.port(), timeout, token));
  }

  public static Config.Grpc config(int port, Duration timeout, Secret token) {
    return new Config.Grpc(
        "127.0.0.1", port, "127.0.0.1:" + port, timeout, token, ADMIN, JOIN, false, MESSAGE);
  }

  public static Hardware hardware() {
    return new Hardware(
        "unix",
        "linux",
        new Hardware.Cpu(2, "amd64", "Test CPU", 0.5),
        new Hardware.Memory(8L << 30, 6L << 30),
        new Hardware.Disk(100L << 30, 40L << 30),
        List.of());
  }

  @Override
  public void close() {
    server.close();
    vertx.close().await();
  }
}
