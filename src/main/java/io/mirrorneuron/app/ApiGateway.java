package io.mirrorneuron.app;

import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.server.ServerContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The gateway as the configuration wants it. */
final class ApiGateway {
  /** Above the time that the runtime gives itself, so that its own answer is told. */
  private static final Duration API_TIMEOUT = Duration.ofSeconds(15);

  private ApiGateway() {}

  /**
   * @param issued knows callers by tokens of an issuer; nobody when none is trusted
   */
  static GatewayVerticle of(
      ServerContext on,
      Backend backend,
      UploadFolder uploads,
      Auth issued,
      Contract contract,
      List<AreaVerticle> areas) {
    Config config = on.config();
    GatewayVerticle.Settings settings =
        new GatewayVerticle.Settings(
            config.api(),
            uploads.path(),
            config.env() == Config.Env.PROD,
            API_TIMEOUT,
            on.ids()::request,
            on.disks().storage(),
            backend.readiness(),
            on.clock(),
            uploads.quota(),
            backend.far());
    Auth auth =
        config.asksWhoCalls() ? Auth.bearer(config.api().token(), issued) : Auth.NOBODY_ASKS;
    return new GatewayVerticle(settings, contract, areas, auth, health(config, backend));
  }

  /** What {@code GET /health} answers besides how things are now. */
  static Health.Facts health(Config config, Backend backend) {
    Health.Facts facts =
        Health.Facts.of(
            config.asksWhoCalls(),
            config.env().name().toLowerCase(Locale.ROOT),
            BlueprintPlace.told(config),
            config.executors().runsRoot().toString());
    return backend instanceof Backend.Here here
        ? facts.with(shown(here.runtime().confinement()))
        : facts;
  }

  private static Health.Confinement shown(Confiner.Report report) {
    return new Health.Confinement(
        report.mode().word(),
        report.state().word(),
        report.reason(),
        report.closed().stream().map(Path::toString).toList());
  }
}
