package io.mirrorneuron.app;

import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.gateway.Health;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.Readiness;
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
      Readiness readiness,
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
            readiness,
            on.clock(),
            uploads.quota());
    Auth auth =
        config.asksWhoCalls() ? Auth.bearer(config.api().token(), issued) : Auth.NOBODY_ASKS;
    Health.Facts facts =
        Health.Facts.of(
            config.asksWhoCalls(),
            config.env().name().toLowerCase(Locale.ROOT),
            config.executors().runsRoot().toString());
    return new GatewayVerticle(settings, contract, areas, auth, facts);
  }
}
