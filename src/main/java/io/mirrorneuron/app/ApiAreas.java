package io.mirrorneuron.app;

import io.mirrorneuron.area.AreaModule;
import io.mirrorneuron.area.DeploymentsVerticle.DeploymentsModule;
import io.mirrorneuron.area.HumanVerticle.HumanModule;
import io.mirrorneuron.area.ModelsModule;
import io.mirrorneuron.area.Platform;
import io.mirrorneuron.area.SchedulesVerticle.SchedulesModule;
import io.mirrorneuron.area.WebhooksVerticle.EventsModule;
import io.mirrorneuron.area.WebhooksVerticle.WebhooksModule;
import io.mirrorneuron.area.blueprints.BlueprintsVerticle.BlueprintsModule;
import io.mirrorneuron.area.cluster.ClusterModule;
import io.mirrorneuron.area.jobs.JobsVerticle.JobsModule;
import io.mirrorneuron.area.runs.ArchiveVerticle.ArchiveModule;
import io.mirrorneuron.area.runs.ObservabilityVerticle.ObservabilityModule;
import io.mirrorneuron.area.runs.RunsVerticle.RunsModule;
import io.mirrorneuron.bus.AreaReads;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.RunRoute;
import io.mirrorneuron.run.human.HumanDecisions;
import io.mirrorneuron.server.ServerContext;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * The areas of this process.
 *
 * @param all one for each tag of the contract
 */
record ApiAreas(Platform platform, List<AreaVerticle> all, UploadFolder uploads) {

  /** Every area; a new one needs its package, its part of the contract, and a line here. */
  private static List<AreaModule> modules() {
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
   * @param endpoints the open ones
   */
  static ApiAreas of(
      ServerContext on, Backend backend, Supplier<Endpoints> endpoints, HumanDecisions decisions)
      throws IOException {
    UploadFolder uploads = UploadFolder.open(on);
    Platform platform = ServerPlatform.of(on, backend, endpoints, decisions, uploads.staging());
    List<AreaVerticle> areas = modules().stream().map(area -> area.of(platform)).toList();
    areas.forEach(area -> area.explainFailures(on.disks().storage()::explained));
    if (backend instanceof Backend.Here here) {
      RunRoute route = new RunRoute(here.runtime().places().runs(), here.remote());
      areas.forEach(area -> area.reach(route));
    }
    return new ApiAreas(platform, areas, uploads);
  }

  /** Exposes the areas to this process and to other nodes. */
  void open(ServerContext on, Backend backend) {
    all.forEach(area -> on.vertx().deployVerticle(area).await());
    if (backend instanceof Backend.Here here) {
      here.runtime().nodes().reads().open(new AreaReads(on.vertx()));
    }
  }
}
