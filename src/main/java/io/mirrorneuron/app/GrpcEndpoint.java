package io.mirrorneuron.app;

import io.mirrorneuron.app.Endpoints.Endpoint;
import io.mirrorneuron.app.ListeningPort.Door;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.embedded.LocalRuntime;
import io.mirrorneuron.runtime.grpc.RuntimeServer;
import io.mirrorneuron.runtime.grpc.RuntimeServer.Place;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.server.ServerContext;

/** The gRPC endpoint of a runtime in this process. */
final class GrpcEndpoint {
  private GrpcEndpoint() {}

  /** Opens the endpoint and announces it to other nodes; returns when it serves. */
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
            runtime.operations(),
            runtime.webhooks(),
            runtime.identity(),
            runtime.nodes(),
            runtime.clusterJoin(),
            on.config().node().network().sharesTokens(),
            runtime.hardware(),
            runtime.store(),
            () -> on.disks().watch().isReady() && runtime.mayWork(),
            issued,
            on.config().env() == Config.Env.DEV,
            on.disks().storage(),
            on.clock());
    Network network = on.config().node().network();
    boolean byTls = network.tls() != null;
    RuntimeServer server =
        open(on, Door.GRPC, new Place(grpc.host(), grpc.port(), null, byTls), parts);
    runtime.endpoints().add(server.port());
    String here = runtime.identity().hostname();
    String reached = NodeIdentity.advertised(network.advertiseHost(), grpc.host(), here);
    int port = byTls ? ofNodes(on, reached, network, parts).port() : server.port();
    runtime.nodes().opened().accept(new Endpoint(reached, port).toString());
    return Endpoint.bound(grpc.host(), server.port());
  }

  /** The endpoint for other servers, at the address by which they reach this one. */
  private static RuntimeServer ofNodes(
      ServerContext on, String host, Network network, RuntimeServer.Parts parts) {
    return open(on, Door.NODES, new Place(host, network.tlsPort(), network.tls(), false), parts);
  }

  private static RuntimeServer open(
      ServerContext on, Door endpoint, Place place, RuntimeServer.Parts parts) {
    RuntimeServer server =
        ListeningPort.open(
            endpoint,
            place.host(),
            place.port(),
            () -> RuntimeServer.start(on.vertx(), place, on.config().grpc(), parts));
    on.closing().add("gRPC endpoint " + place.port(), server);
    return server;
  }
}
