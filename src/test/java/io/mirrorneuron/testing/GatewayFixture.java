package io.mirrorneuron.testing;

import io.mirrorneuron.area.DeploymentsVerticle;
import io.mirrorneuron.area.HumanVerticle;
import io.mirrorneuron.area.ModelsModule.ModelsVerticle;
import io.mirrorneuron.area.SchedulesVerticle;
import io.mirrorneuron.area.WebhooksVerticle;
import io.mirrorneuron.area.WebhooksVerticle.EventsModule.EventsVerticle;
import io.mirrorneuron.area.blueprints.BlueprintsVerticle;
import io.mirrorneuron.area.cluster.ClusterVerticle;
import io.mirrorneuron.area.cluster.ServerLocation;
import io.mirrorneuron.area.cluster.ServerProbes;
import io.mirrorneuron.area.jobs.JobRuns;
import io.mirrorneuron.area.jobs.JobsVerticle;
import io.mirrorneuron.area.runs.ArchiveVerticle;
import io.mirrorneuron.area.runs.Desktop;
import io.mirrorneuron.area.runs.ObservabilityVerticle;
import io.mirrorneuron.area.runs.RunsVerticle;
import io.mirrorneuron.blueprint.BuiltInCatalog;
import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.launch.BundleSources;
import io.mirrorneuron.launch.FolderLaunchStore;
import io.mirrorneuron.launch.LaunchContext;
import io.mirrorneuron.launch.Launches;
import io.mirrorneuron.launch.PathRoots;
import io.mirrorneuron.launch.SubmittedFolders;
import io.mirrorneuron.listen.GuardedVertx;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.models.LocalModels;
import io.mirrorneuron.models.ModelCatalog.ModelLimits;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunIndex;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.human.DecisionService;
import io.mirrorneuron.run.human.HumanInbox;
import io.mirrorneuron.run.human.HumanLogs;
import io.mirrorneuron.runtime.webhook.WebhookKeeper;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.JwtAuth;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.BundleUnpacker;
import io.mirrorneuron.store.DeliveryQueue;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.store.RedisState;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A whole gateway on a free port, before fakes of the runtime. */
public final class GatewayFixture implements AutoCloseable {
  public static final String TOKEN = "t0ken";
  private static final AtomicLong LAUNCHES = new AtomicLong();
  private static Contract contract;
  public static final Instant NOW = Instant.parse("2026-01-02T03:04:05.006Z");

  public static final Limits LIMITS = new Limits(4096, Duration.ofSeconds(20));

  public final FakeJobs jobs = new FakeJobs();
  public final FakeCluster cluster = new FakeCluster();
  public final FakeServices services = new FakeServices();
  public final FakeSchedules schedules = new FakeSchedules();
  public final FakeEvents events = new FakeEvents();

  /** What outbound webhooks have to deliver; nobody delivers it. */
  public final DeliveryQueue deliveries =
      new InMemoryDeliveryQueue(WebhookKeeper.ROOM, NOW::toEpochMilli);

  public final Vertx vertx;
  public final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  public final UploadQuota quota = new UploadQuota(1000, 64 << 20);
  public final Path folder;
  public final RunStore runs;
  public final Auth issued;
  private final GatewayVerticle gateway;

  /** Why the gateway is not ready; empty when it is. */
  public volatile List<String> notReady = List.of();

  public GatewayFixture(Path folder, Config.Api api, JobRows rows) throws Exception {
    this(folder, api, rows, Map.of());
  }

  /**
   * @param desktop the environment in which a desktop is looked for
   */
  public GatewayFixture(Path folder, Config.Api api, JobRows rows, Map<String, String> desktop)
      throws Exception {
    this(folder, api, rows, desktop, LIMITS);
  }

  /**
   * @param limits of connections and heads
   */
  public GatewayFixture(
      Path folder, Config.Api api, JobRows rows, Map<String, String> desktop, Limits limits)
      throws Exception {
    this(
        folder,
        api,
        rows,
        desktop,
        limits,
        vertx -> api.token().isSet() ? Auth.NOBODY_ENTERS : Auth.NOBODY_ASKS,
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /**
   * @param others says who callers without {@link #TOKEN} are
   */
  private GatewayFixture(
      Path folder,
      Config.Api api,
      JobRows rows,
      Map<String, String> desktop,
      Limits limits,
      Function<Vertx, Auth> others,
      Clock clock)
      throws Exception {
    this.vertx = vertx(limits);
    this.folder = folder;
    this.issued = others.apply(vertx);
    Auth auth = api.token().isSet() ? Auth.bearer(api.token(), issued) : issued;
    this.runs = new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere());
    Path uploads = Files.createDirectories(folder.resolve("uploads"));
    AtomicLong ids = new AtomicLong();
    BundleStaging staging =
        new BundleStaging(
            folder.resolve("bundles"),
            new BundleUnpacker.Limits(1 << 20, 4 << 20, 100, 200),
            clock,
            () -> "0000000" + ids.incrementAndGet(),
            quota);
    HumanLogs logs = new HumanLogs();
    DecisionService service =
        new DecisionService(runs, logs, clock, () -> "id" + ids.incrementAndGet());
    RunIndex index = RunIndex.of(runs, Clock.systemUTC());
    RedactedRuns shown =
        new RedactedRuns(
            runs,
            new AllowedRoots(
                List.of(folder.resolve("home/shared"), folder.resolve("out")),
                folder.resolve("home")));
    Catalogs catalogs =
        new Catalogs(new BuiltInCatalog(folder.resolve("catalog")), System::nanoTime);
    LocalModels models = models(folder);
    Launches launches =
        new Launches(
            new BundleSources(catalogs, staging, models, PathRoots.ANY, SubmittedFolders.NONE),
            new LaunchContext(jobs, models, NoHooks.in(folder, runs, jobs)),
            new FolderLaunchStore(folder.resolve("launches"), Duration.ofDays(7), 1000),
            clock,
            () -> "l" + LAUNCHES.incrementAndGet(),
            work -> Thread.ofVirtual().start(work));
    List<AreaVerticle> areas =
        List.of(
            new JobsVerticle(
                jobs,
                rows,
                new JobRuns(runs, shown, index, clock),
                staging,
                new Secret("admin-secret"),
                clock),
            new ClusterVerticle(
                cluster,
                services,
                new ServerLocation(
                    "local",
                    folder,
                    folder.resolve("shared"),
                    () -> "localhost:55051",
                    () -> URL,
                    ""),
                new ServerProbes(this::redis, () -> fullDisks, () -> Map.of("status", "ok")),
                clock),
            new SchedulesVerticle(schedules.port(), staging),
            new DeploymentsVerticle(null, staging), // nothing is deployed here
            new BlueprintsVerticle(staging, events.port(), catalogs, launches, schedules.port()),
            new ObservabilityVerticle(runs, shown, clock),
            new RunsVerticle(
                shown,
                index,
                jobs,
                services,
                new RunsVerticle.Places(folder.resolve("home/bundles"), folder.resolve("home")),
                Desktop.find("127.0.0.1", desktop, "Linux"),
                clock),
            new HumanVerticle(jobs, service, new HumanInbox(runs, logs, clock)),
            new ArchiveVerticle(
                shown, folder.resolve("exports"), "mn test", Storage.unwatched(), clock),
            new EventsVerticle(events.port()),
            new WebhooksVerticle(FakeWebhooks.of(events.port(), deliveries, clock, vertx)),
            new ModelsVerticle(models, null));
    gateway =
        new GatewayVerticle(
            new GatewayVerticle.Settings(
                api,
                uploads,
                false,
                Duration.ofSeconds(20),
                () -> "r-" + ids.incrementAndGet(),
                Storage.unwatched(),
                () ->
                    CompletableFuture.completedStage(
                        List.of(new Readiness.Dependency("redis", notReady))),
                clock,
                quota,
                RemoteReads.NONE,
                StreamTokens.of(List.of(), clock)),
            contract(),
            areas,
            auth,
            Health.Facts.of(
                auth != Auth.NOBODY_ASKS,
                "test",
                Health.Blueprints.NONE,
                folder.resolve("runs").toString()));
    for (AreaVerticle area : areas) {
      vertx.deployVerticle(area).await(10, TimeUnit.SECONDS);
    }
    vertx.deployVerticle(gateway).await(10, TimeUnit.SECONDS);
  }

  /** Read once, as in a server, for all gateways of the tests. */
  private static synchronized Contract contract() throws Exception {
    if (contract == null) {
      Vertx reader = Vertx.vertx();
      try {
        contract = Contract.load(reader).await(30, TimeUnit.SECONDS);
      } finally {
        reader.close().await();
      }
    }
    return contract;
  }

  /** Models of a machine without a model runner. */
  private LocalModels models(Path folder) {
    ModelSettings settings =
        new ModelSettings(
            List.of(),
            "",
            folder.resolve("models.json"),
            folder.resolve("owners.json"),
            ModelSettings.Endpoint.NONE);
    return new LocalModels(settings, cluster, ModelLimits.STANDARD, Clock.systemUTC());
  }

  /** A Vert.x as servers have it. */
  public static Vertx vertx(Limits limits) {
    return GuardedVertx.create(
        new VertxOptions(),
        limits,
        () -> Problem.tooManyConnections(limits.connections()).bytes("r-0"));
  }

  private static final String URL = "http://localhost:54001/api/v1";

  /** With a token, one allowed origin, 64 KiB of body and 1 MiB of upload. */
  public static GatewayFixture guarded(Path folder) throws Exception {
    return new GatewayFixture(folder, guardedApi(), null);
  }

  /** The same, where tokens of an issuer are accepted besides. */
  public static GatewayFixture believing(Path folder, JwtSettings jwt, Clock clock)
      throws Exception {
    return new GatewayFixture(
        folder,
        guardedApi(),
        null,
        Map.of(),
        LIMITS,
        vertx -> JwtAuth.open(jwt, vertx, clock),
        clock);
  }

  private static Config.Api guardedApi() {
    return new Config.Api(
        "127.0.0.1",
        0,
        new Secret(TOKEN),
        List.of("https://ui.example"),
        List.of(),
        64 << 10,
        1 << 20,
        URL,
        true);
  }

  /**
   * @param auth says who callers are; what it makes of {@link #TOKEN} is who most calls come from
   */
  public static GatewayFixture asking(Path folder, Auth auth) throws Exception {
    return new GatewayFixture(
        folder,
        new Config.Api(
            "127.0.0.1", 0, Secret.NONE, List.of(), List.of(), 5 << 20, 8 << 20, URL, true),
        null,
        Map.of(),
        LIMITS,
        vertx -> auth,
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  public static GatewayFixture open(Path folder, JobRows rows) throws Exception {
    return new GatewayFixture(
        folder,
        new Config.Api(
            "127.0.0.1", 0, Secret.NONE, List.of(), List.of(), 5 << 20, 8 << 20, URL, true),
        rows);
  }

  /** What {@code /runtime/status} is to tell of Redis. */
  public volatile RedisState redis =
      new RedisState("redis://localhost", true, "Redis 9.0.0", null, null);

  /** What {@code /runtime/status} is to tell of disks. */
  public volatile List<String> fullDisks = List.of();

  private RedisState redis() {
    return redis;
  }

  public int port() {
    return gateway.port();
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /** A request that carries the token. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + TOKEN);
  }

  public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).build());
  }

  public HttpResponse<String> post(String path, String json)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  /** A WebSocket that carries the token. */
  public SocketClient socket(String path) {
    return SocketClient.open(uri(path), TOKEN);
  }

  /** The gateway stops; what is behind it does not. */
  public void closeEndpoint() {
    vertx.undeploy(gateway.deploymentID()).await();
  }

  @Override
  public void close() {
    vertx.close().await();
    runs.close();
  }
}
