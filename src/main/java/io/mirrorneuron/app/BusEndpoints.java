package io.mirrorneuron.app;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.gateway.bus.BusEndpoint;
import io.mirrorneuron.gateway.contract.Contract;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.NodeToken;
import io.mirrorneuron.server.ServerContext;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The endpoint of the areas on the cluster's bus. */
final class BusEndpoints {
  private BusEndpoints() {}

  /**
   * The token that gateways and servers with areas share.
   *
   * @throws MnException CONFLICT without a join token
   */
  static Secret token(Config config) {
    if (!config.grpc().joinToken().isSet()) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "no_join_token",
          "vertx.cluster needs network.join_token (MN_NETWORK_JOIN_TOKEN), the same at all members");
    }
    return NodeToken.of(config.grpc().joinToken());
  }

  /** Returns when other members can find it. */
  static void open(
      ServerContext on, Backend.Here backend, ApiAreas areas, Auth issued, Contract contract) {
    Config config = on.config();
    BusEndpoint endpoint =
        new BusEndpoint(
            new BusEndpoint.Settings(
                backend.runtime().identity().name(),
                token(config),
                ApiGateway.auth(config, issued),
                backend.readiness(),
                backend.remote(),
                new BusEndpoint.Uploading(
                    areas.uploads().path(),
                    config.api().uploadLimitBytes(),
                    areas.uploads().quota(),
                    on.disks().storage()),
                config.api().bodyLimitBytes(),
                ApiGateway.API_TIMEOUT,
                on.ids()::secret),
            contract,
            areas.all());
    try {
      String id = on.vertx().deployVerticle(endpoint).await(30, TimeUnit.SECONDS);
      on.closing().add("bus endpoint", () -> on.vertx().undeploy(id).await(10, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      throw MnException.unavailable("the cluster takes no address of this server", e);
    }
  }
}
