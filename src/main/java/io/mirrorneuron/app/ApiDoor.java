package io.mirrorneuron.app;

import io.mirrorneuron.app.Endpoints.Endpoint;
import io.mirrorneuron.area.AreaModule;
import io.mirrorneuron.area.Platform;
import io.mirrorneuron.area.archive.ArchiveModule;
import io.mirrorneuron.area.blueprints.BlueprintsModule;
import io.mirrorneuron.area.cluster.ClusterModule;
import io.mirrorneuron.area.deployments.DeploymentsModule;
import io.mirrorneuron.area.events.EventsModule;
import io.mirrorneuron.area.human.HumanModule;
import io.mirrorneuron.area.jobs.JobsModule;
import io.mirrorneuron.area.models.ModelsModule;
import io.mirrorneuron.area.observability.ObservabilityModule;
import io.mirrorneuron.area.runs.RunsModule;
import io.mirrorneuron.area.schedules.SchedulesModule;
import io.mirrorneuron.area.webhooks.WebhooksModule;
import io.mirrorneuron.bus.AreaReads;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RunRoute;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.run.human.HumanDecisions;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.server.ServerContext;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The HTTP door: every area and the gateway before them. */
final class ApiDoor {
  private ApiDoor() {}

  /** Every area; a new one is its folder, its part of the contract, and its line here. */
  private static List<AreaModule> areas() {
    return List.of(
        JobsModule::of,
        ClusterModule::of,
        BlueprintsModule::of,
        ObservabilityModule::of,
        RunsModule::of,
        HumanModule::of,
        ArchiveModule::of,
        SchedulesModule::of,
        DeploymentsModule::of,
        EventsModule::of,
        WebhooksModule::of,
        ModelsModule::of);
  }

  /**
   * Opens it, before all areas; returns when it serves.
   *
   * @param endpoints what is open by then
   */
  static Endpoint open(
      ServerContext on,
      Backend backend,
      Supplier<Endpoints> endpoints,
      Auth issued,
      HumanDecisions decisions,
      Contract contract)
      throws IOException {
    UploadFolder uploads = UploadFolder.open(on);
    Platform platform = ServerPlatform.of(on, backend, endpoints, decisions, uploads.staging());
    List<AreaVerticle> areas = areas().stream().map(area -> area.of(platform)).toList();
    areas.forEach(area -> area.explainFailures(on.disks().storage()::explained));
    if (backend instanceof Backend.Here here) {
      RunRoute route = new RunRoute(here.runtime().places(), here.far());
      areas.forEach(area -> area.reach(route));
    }
    GatewayVerticle gateway = ApiGateway.of(on, backend, uploads, issued, contract, areas);
    areas.forEach(area -> on.vertx().deployVerticle(area).await());
    if (backend instanceof Backend.Here here) {
      here.runtime().nodes().reads().open(new AreaReads(on.vertx()));
    }
    Config.Api api = on.config().api();
    on.closing()
        .add(
            "API door",
            ListeningPort.open(
                "API port", "api", api.host(), api.port(), () -> deploy(on.vertx(), gateway)));
    platform.launches().goOn();
    return Endpoint.bound(api.host(), gateway.port());
  }

  private static AutoCloseable deploy(Vertx vertx, GatewayVerticle gateway)
      throws TimeoutException {
    String id = vertx.deployVerticle(gateway).await(10, TimeUnit.SECONDS);
    return () -> vertx.undeploy(id).await(10, TimeUnit.SECONDS);
  }
}
