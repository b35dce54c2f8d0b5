package io.mirrorneuron.app;

import io.mirrorneuron.app.Endpoints.Endpoint;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.gateway.GatewayVerticle;
import io.mirrorneuron.server.ServerContext;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The HTTP door. */
final class ApiDoor {
  private ApiDoor() {}

  /** Opens it; returns when it serves. */
  static Endpoint open(ServerContext on, GatewayVerticle gateway) {
    Config.Api api = on.config().api();
    on.closing()
        .add(
            "API door",
            ListeningPort.open(
                ListeningPort.Door.API, api.host(), api.port(), () -> deploy(on.vertx(), gateway)));
    return Endpoint.bound(api.host(), gateway.port());
  }

  private static AutoCloseable deploy(Vertx vertx, GatewayVerticle gateway)
      throws TimeoutException {
    String id = vertx.deployVerticle(gateway).await(10, TimeUnit.SECONDS);
    return () -> vertx.undeploy(id).await(10, TimeUnit.SECONDS);
  }
}
