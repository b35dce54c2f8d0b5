package io.mirrorneuron.app;

import io.mirrorneuron.app.Endpoints.Endpoint;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.embedded.LocalRuntime;
import io.mirrorneuron.runtime.grpc.RuntimeServer;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.server.ServerContext;

/** The gRPC door of a runtime in this process. */
final class GrpcDoor {
  private GrpcDoor() {}

  /** Opens it and tells other nodes where it is; returns when it serves. */
  static Endpoint open(ServerContext on, LocalRuntime runtime, Auth issued) {
    Config.Grpc grpc = on.config().grpc();
    RuntimeServer.Parts parts =
        new RuntimeServer.Parts(
            runtime.jobs(),
            runtime.cluster(),
            runtime.services(),
            runtime.events(),
            runtime.schedules(),
            runtime.deployments(),
            runtime.webhooks(),
            runtime.identity(),
            runtime.nodes(),
            runtime.desk(),
            on.config().node().network().sharesTokens(),
            runtime.hardware(),
            () -> on.disks().watch().isReady() && runtime.mayWork(),
            issued,
            on.config().env() == Config.Env.DEV,
            on.disks().storage(),
            on.clock());
    RuntimeServer server =
        ListeningPort.open(
            "gRPC port",
            "grpc",
            grpc.host(),
            grpc.port(),
            () -> RuntimeServer.start(on.vertx(), grpc, parts));
    on.closing().add("gRPC door", server);
    runtime.doors().add(server.port());
    String host = on.config().node().network().advertiseHost();
    String here = runtime.identity().hostname();
    String reached = NodeIdentity.advertised(host, grpc.host(), here);
    Endpoint known = new Endpoint(reached, server.port());
    runtime.nodes().opened().accept(known.toString());
    return Endpoint.bound(grpc.host(), server.port());
  }
}
