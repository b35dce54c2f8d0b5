package io.mirrorneuron.app;

import io.mirrorneuron.app.Doors.Door;
import io.mirrorneuron.archive.ArchiveVerticle;
import io.mirrorneuron.blueprints.BlueprintsVerticle;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.cluster.ClusterVerticle;
import io.mirrorneuron.cluster.Surroundings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.gateway.call.Uploads;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.human.HumanVerticle;
import io.mirrorneuron.jobs.JobRuns;
import io.mirrorneuron.jobs.JobsVerticle;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.observability.ObservabilityVerticle;
import io.mirrorneuron.runs.Desktop;
import io.mirrorneuron.runs.RunsVerticle;
import io.mirrorneuron.runstore.AllowedRoots;
import io.mirrorneuron.runstore.RunIndex;
import io.mirrorneuron.runstore.ShownRuns;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.BundleZip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The HTTP door: every area and the gateway before them. */
final class ApiDoor {
  /** Above the time that the runtime gives itself, so that its own answer is told. */
  private static final Duration API_TIMEOUT = Duration.ofSeconds(15);

  private final Premises on;
  private final Config config;

  private ApiDoor(Premises on) {
    this.on = on;
    this.config = on.config();
  }

  /** Opens it, before all areas; returns when it serves. */
  static Door open(Premises on, Backend backend, HumanVerticle human, Contract contract)
      throws IOException {
    return new ApiDoor(on).open(backend, human, contract);
  }

  private Door open(Backend backend, HumanVerticle human, Contract contract) throws IOException {
    Path uploads = Files.createDirectories(config.home().resolve("uploads"));
    Uploads.clear(uploads);
    UploadQuota quota = new UploadQuota(config.uploads().maxCount(), config.uploads().maxBytes());
    BundleStaging staging =
        new BundleStaging(
            uploads.resolve("bundles"),
            BundleZip.Limits.DEFAULT,
            on.clock(),
            on.ids()::secret,
            quota);
    on.vertx()
        .setPeriodic(
            0, Duration.ofHours(1).toMillis(), timer -> Thread.startVirtualThread(staging::sweep));
    Storage storage = on.rooms().storage();
    RunIndex index = RunIndex.of(on.runs(), on.clock());
    Path userHome = Path.of(System.getProperty("user.home"));
    ShownRuns runs = new ShownRuns(on.runs(), new AllowedRoots(outputRoots(), userHome));
    List<AreaVerticle> areas =
        List.of(
            new JobsVerticle(
                backend.jobs(),
                backend.rows(),
                new JobRuns(on.runs(), runs, index, on.clock()),
                staging,
                config.grpc().adminToken(),
                on.clock()),
            new ClusterVerticle(
                backend.cluster(),
                surroundings(),
                backend.redis() == null ? null : backend.redis()::state,
                on.clock()),
            new BlueprintsVerticle(staging),
            new ObservabilityVerticle(on.runs(), runs, on.clock()),
            new RunsVerticle(
                runs,
                index,
                backend.jobs(),
                new RunsVerticle.Places(config.home().resolve("bundles"), userHome),
                Desktop.find(config.api().host(), on.environment(), System.getProperty("os.name")),
                on.clock()),
            human,
            new ArchiveVerticle(
                runs,
                config.home().resolve("exports"),
                "mn " + Main.version(),
                storage,
                on.clock()));
    areas.forEach(area -> area.explaining(storage::explained));
    Config.Api api = config.api();
    GatewayVerticle gateway =
        new GatewayVerticle(
            new GatewayVerticle.Settings(
                api,
                uploads,
                config.env() == Config.Env.PROD,
                API_TIMEOUT,
                on.ids()::request,
                storage,
                backend.readiness(),
                on.clock(),
                quota),
            contract,
            areas,
            config.asksWhoCalls() ? Auth.bearer(api.token(), on.issued()) : Auth.NOBODY_ASKS,
            Health.Facts.of(
                config.asksWhoCalls(),
                config.env().name().toLowerCase(Locale.ROOT),
                config.executors().runsRoot().toString()));
    areas.forEach(area -> on.vertx().deployVerticle(area).await());
    on.parts()
        .add(
            "API door",
            Doors.opened("API port", "api", api.host(), api.port(), () -> deploy(gateway)));
    return Door.bound(api.host(), gateway.port());
  }

  private List<Path> outputRoots() {
    List<Path> roots = new ArrayList<>(config.outputs().roots());
    roots.add(config.home().resolve("shared"));
    return roots;
  }

  private AutoCloseable deploy(GatewayVerticle gateway) throws TimeoutException {
    String id = on.vertx().deployVerticle(gateway).await(10, TimeUnit.SECONDS);
    return () -> on.vertx().undeploy(id).await(10, TimeUnit.SECONDS);
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
}
