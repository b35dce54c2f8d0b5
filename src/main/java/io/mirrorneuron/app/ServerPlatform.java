package io.mirrorneuron.app;

import io.mirrorneuron.area.Platform;
import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.config.BlueprintSettings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Confinement;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.launch.BundleSources;
import io.mirrorneuron.launch.FolderLaunchStore;
import io.mirrorneuron.launch.LaunchContext;
import io.mirrorneuron.launch.LaunchSources;
import io.mirrorneuron.launch.Launches;
import io.mirrorneuron.launch.PathRoots;
import io.mirrorneuron.launch.SubmittedFolders;
import io.mirrorneuron.launch.hook.FolderHookStore;
import io.mirrorneuron.launch.hook.HookFiles;
import io.mirrorneuron.launch.hook.RunHooks;
import io.mirrorneuron.models.LocalModels;
import io.mirrorneuron.models.ModelCatalog.ModelLimits;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.HookPrograms;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunIndex;
import io.mirrorneuron.run.RunIndex.JobLocations;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.human.HumanDecisions;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisState;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The objects that this server offers to its areas. */
record ServerPlatform(
    ServerContext on,
    Backend backend,
    Supplier<Endpoints> endpoints,
    HumanDecisions decisions,
    BundleStaging staging,
    ModelsPort models,
    RunIndex index,
    RedactedRuns shownRuns,
    Catalogs catalogs,
    Launches launches)
    implements Platform {

  static ServerPlatform of(
      ServerContext on,
      Backend backend,
      Supplier<Endpoints> endpoints,
      HumanDecisions decisions,
      BundleStaging staging) {
    ModelsPort models = models(on, backend);
    Catalogs catalogs =
        new Catalogs(
            on.closing().add("blueprint catalog", BlueprintPlace.source(on.config())),
            System::nanoTime);
    return new ServerPlatform(
        on,
        backend,
        endpoints,
        decisions,
        staging,
        models,
        RunIndex.of(on.runs(), places(backend), on.clock()),
        new RedactedRuns(on.runs(), outputs(on.config())),
        catalogs,
        ServerLaunches.of(on, backend, catalogs, staging, models));
  }

  private static JobLocations places(Backend backend) {
    return switch (backend) {
      case Backend.Here here -> here.runtime().places().jobs();
      case Backend.Elsewhere elsewhere -> JobLocations.UNKNOWN;
    };
  }

  private static ModelsPort models(ServerContext on, Backend backend) {
    LocalModels models =
        new LocalModels(on.config().models(), backend.cluster(), ModelLimits.STANDARD, on.clock());
    return on.closing().add("models", models);
  }

  private static AllowedRoots outputs(Config config) {
    Confinement programs = config.executors().confinement();
    return new AllowedRoots(config.outputs().roots(), home())
        .and(programs.sharedStorage())
        .without(programs.submissions());
  }

  private static Path home() {
    return Path.of(System.getProperty("user.home"));
  }

  @Override
  public Path userHome() {
    return home();
  }

  @Override
  public String coreTarget() {
    return Endpoints.withTakenPort(config().grpc().target(), endpoints.get().grpc());
  }

  @Override
  public String apiBaseUrl() {
    return Endpoints.withTakenPort(config().api().baseUrl(), endpoints.get().api());
  }

  @Override
  public String program() {
    return "mn " + Main.version();
  }

  @Override
  public JobsPort jobs() {
    return backend.jobs();
  }

  @Override
  public ClusterPort cluster() {
    return backend.cluster();
  }

  @Override
  public ServicesPort services() {
    return backend.services();
  }

  @Override
  public TriggerEvents events() {
    return backend.events();
  }

  @Override
  public SchedulesPort schedules() {
    return backend.schedules();
  }

  @Override
  public DeploymentsPort deployments() {
    return backend.deployments();
  }

  @Override
  public Webhooks webhooks() {
    return backend.webhooks();
  }

  @Override
  public Optional<JobRows> rows() {
    return switch (backend) {
      case Backend.Here here -> Optional.of(here.runtime().rows());
      case Backend.Elsewhere elsewhere -> Optional.empty();
    };
  }

  @Override
  public Optional<RecordStore> records() {
    return switch (backend) {
      case Backend.Here here -> Optional.of(here.runtime().records());
      case Backend.Elsewhere elsewhere -> Optional.empty();
    };
  }

  @Override
  public Optional<Supplier<RedisState>> redis() {
    return switch (backend) {
      case Backend.Here here -> Optional.of(here.runtime().redis()::state);
      case Backend.Elsewhere elsewhere -> Optional.empty();
    };
  }

  @Override
  public Config config() {
    return on.config();
  }

  @Override
  public Clock clock() {
    return on.clock();
  }

  @Override
  public Map<String, String> environment() {
    return on.environment();
  }

  @Override
  public RunStore runs() {
    return on.runs();
  }

  @Override
  public Object health() {
    Health health = new Health(ApiGateway.health(on.config(), backend), backend.readiness());
    return health.answer().toCompletableFuture().join();
  }

  @Override
  public Storage storage() {
    return on.disks().storage();
  }

  /** Creates the launches of blueprints and bundles in this server. */
  private static final class ServerLaunches {
    private ServerLaunches() {}

    /** Starts them; they end with the server. */
    static Launches of(
        ServerContext on,
        Backend backend,
        Catalogs catalogs,
        BundleStaging staging,
        ModelsPort models) {
      LaunchSources sources =
          new BundleSources(
              catalogs, staging, models, PathRoots.of(on.config()), folders(on.config(), backend));
      BlueprintSettings.Kept kept = on.config().blueprints().kept();
      Launches launches =
          new Launches(
              sources,
              new LaunchContext(backend.jobs(), models, hooks(on, backend)),
              new FolderLaunchStore(
                  on.config().home().resolve("launches"), kept.launches(), kept.mostFailed()),
              on.clock(),
              on.ids()::jobSuffix,
              work -> Thread.ofPlatform().daemon().name("mn.launch").start(work));
      launches.start();
      return on.closing().add("launches", launches);
    }

    private static SubmittedFolders folders(Config config, Backend backend) {
      return backend instanceof Backend.Here
          ? new SubmittedFolders(
              config.executors().confinement().submissions(),
              config.blueprints().launches().inputRoots())
          : SubmittedFolders.NONE;
    }

    private static RunHooks hooks(ServerContext on, Backend backend) {
      HookPrograms programs = backend instanceof Backend.Here here ? here.runtime().hooks() : null;
      return new RunHooks(
          new RunHooks.Machine(
              programs, on.config().manifests().trusted(), on.config().blueprints().launches()),
          new FolderHookStore(on.config().home().resolve("hooks")),
          new HookFiles(on.runs()),
          backend.jobs(),
          on.clock(),
          work -> Thread.ofVirtual().name("mn.hooks").start(work));
    }
  }
}
