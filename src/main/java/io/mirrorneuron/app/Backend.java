package io.mirrorneuron.app;

import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.client.Clients;
import io.mirrorneuron.client.NodeClients;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.embedded.LocalRuntime;
import io.mirrorneuron.runtime.embedded.RuntimeHome;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.Readiness;
import java.io.IOException;

/** The runtime behind the endpoints of this server. */
sealed interface Backend {

  JobsPort jobs();

  ClusterPort cluster();

  ServicesPort services();

  TriggerEvents events();

  SchedulesPort schedules();

  DeploymentsPort deployments();

  Webhooks webhooks();

  /** Readiness of the runtime and of this server's disks. */
  Readiness readiness();

  /** Calls other nodes on the same store. */
  default RemoteReads remote() {
    return RemoteReads.NONE;
  }

  record Here(LocalRuntime runtime, Readiness readiness, RemoteReads remote) implements Backend {
    @Override
    public JobsPort jobs() {
      return runtime.jobs();
    }

    @Override
    public ClusterPort cluster() {
      return runtime.cluster();
    }

    @Override
    public ServicesPort services() {
      return runtime.services();
    }

    @Override
    public TriggerEvents events() {
      return runtime.events();
    }

    @Override
    public SchedulesPort schedules() {
      return runtime.schedules();
    }

    @Override
    public DeploymentsPort deployments() {
      return runtime.deployments();
    }

    @Override
    public Webhooks webhooks() {
      return runtime.webhooks();
    }
  }

  /** A runtime in another process, reached over gRPC. */
  record Elsewhere(
      JobsPort jobs,
      ClusterPort cluster,
      ServicesPort services,
      TriggerEvents events,
      SchedulesPort schedules,
      DeploymentsPort deployments,
      Webhooks webhooks,
      Readiness readiness)
      implements Backend {}

  /** Starts a runtime in this process. */
  static Backend here(RuntimeHome home, ServerContext on) throws IOException {
    NodeClients peers =
        new NodeClients(on.vertx(), on.config().grpc().joinToken(), on.config().node().network());
    LocalRuntime runtime =
        LocalRuntime.start(home, on, on.closing().add("connections to nodes", peers));
    return new Here(runtime, on.disks().watch().and(runtime.membership()), peers.reads());
  }

  /** Connects to a remote runtime on first use. */
  static Backend elsewhere(ServerContext on) {
    Clients clients =
        on.closing()
            .add(
                "runtime connection",
                Clients.connectForOthers(
                    on.vertx(), on.config().grpc(), on.config().node().network()));
    return new Elsewhere(
        clients.jobs(),
        clients.cluster(),
        clients.services(),
        clients.events(),
        clients.schedules(),
        clients.ports().deployments(),
        clients.ports().webhooks(),
        on.disks().watch().and(clients.readiness()));
  }
}
