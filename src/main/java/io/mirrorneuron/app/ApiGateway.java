package io.mirrorneuron.app;

import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.bus.cluster.AreaNodes;
import io.mirrorneuron.bus.cluster.ClusteredAreas;
import io.mirrorneuron.bus.cluster.ClusteredFiles;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.StreamTokens;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.Readiness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Creates the gateway from the configuration. */
final class ApiGateway {
  /** Longer than the runtime's own timeout, so that its answer arrives. */
  static final Duration API_TIMEOUT = Duration.ofSeconds(15);

  private ApiGateway() {}

  /**
   * In front of the areas of this process.
   *
   * @param issued authenticates by tokens of an issuer; accepts no token when none is trusted
   */
  static GatewayVerticle of(
      ServerContext on, Backend backend, ApiAreas areas, Auth issued, Contract contract) {
    return new GatewayVerticle(
        settings(on, areas.uploads(), backend.readiness(), backend.remote()),
        contract,
        areas.all(),
        auth(on.config(), issued),
        health(on.config(), backend));
  }

  /** In front of the areas of another process of the cluster. */
  static GatewayVerticle ofCluster(ServerContext on, Auth issued, Contract contract)
      throws IOException {
    Secret token = BusEndpoints.token(on.config());
    AreaNodes nodes = new AreaNodes(on.vertx(), token);
    return new GatewayVerticle(
        settings(
            on,
            UploadFolder.open(on),
            on.disks().watch().and(nodes),
            new ClusteredFiles(on.vertx(), nodes)),
        contract,
        new ClusteredAreas(on.vertx(), nodes, on.ids().secret().hashCode()),
        auth(on.config(), issued),
        facts(on.config()));
  }

  private static GatewayVerticle.Settings settings(
      ServerContext on, UploadFolder uploads, Readiness readiness, RemoteReads remote) {
    Config config = on.config();
    return new GatewayVerticle.Settings(
        config.api(),
        uploads.path(),
        config.env() == Config.Env.PROD,
        API_TIMEOUT,
        on.ids()::request,
        on.disks().storage(),
        readiness,
        on.clock(),
        uploads.quota(),
        remote,
        StreamTokens.of(
            List.of(config.api().token(), config.grpc().joinToken(), config.grpc().authToken()),
            on.clock()));
  }

  static Auth auth(Config config, Auth issued) {
    return config.asksWhoCalls() ? Auth.bearer(config.api().token(), issued) : Auth.NOBODY_ASKS;
  }

  /** The constant members of {@code GET /health}. */
  static Health.Facts health(Config config, Backend backend) {
    Health.Facts facts = facts(config);
    return backend instanceof Backend.Here here
        ? facts.with(shown(here.runtime().confinement()))
        : facts;
  }

  private static Health.Facts facts(Config config) {
    return Health.Facts.of(
        config.asksWhoCalls(),
        config.env().name().toLowerCase(Locale.ROOT),
        BlueprintPlace.reported(config),
        config.executors().runsRoot().toString());
  }

  private static Health.Confinement shown(Confiner.Report report) {
    return new Health.Confinement(
        report.mode().word(),
        report.state().word(),
        report.reason(),
        report.closed().stream().map(Path::toString).toList());
  }
}
