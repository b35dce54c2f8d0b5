package io.mirrorneuron.client;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.RuntimePorts;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.storage.Readiness;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.util.function.UnaryOperator;

/** A connection to one runtime and the ports that use it. */
public final class Clients implements AutoCloseable {
  private static final int DEFAULT_PORT = 55051;

  private final GrpcCalls calls;
  private final JobsPort jobs;
  private final ClusterPort cluster;
  private final ServicesPort services;
  private final TriggerEvents events;
  private final SchedulesPort schedules;
  private final DeploymentsPort deployments;
  private final Webhooks webhooks;

  private Clients(Vertx vertx, GrpcCalls calls, Network network) {
    this.calls = calls;
    this.jobs = new GrpcJobsClient(vertx, calls);
    this.cluster = new GrpcClusterClient(calls, new OtherServers(vertx, network));
    this.services = new GrpcServicesClient(calls);
    this.events = new GrpcTriggerEventsClient(calls);
    this.schedules = new GrpcSchedulesClient(calls);
    this.deployments = new GrpcDeploymentsClient(calls);
    this.webhooks =
        new Webhooks(new GrpcInboundWebhooksClient(calls), new GrpcOutboundWebhooksClient(calls));
  }

  /**
   * Makes clients for the configured target. Connects when first used, and again whenever needed.
   */
  public static Clients connect(Vertx vertx, Config.Grpc config) {
    return new Clients(vertx, calls(vertx, config, UnaryOperator.identity()), Network.PLAIN);
  }

  /** The same, with servers that may talk by TLS beside it. */
  public static Clients connect(Vertx vertx, Config config) {
    return new Clients(
        vertx, calls(vertx, config.grpc(), UnaryOperator.identity()), config.node().network());
  }

  /**
   * The same for a gateway, whose own callers have nothing to do with the token that it shows: that
   * the runtime refuses it is told as the gateway's trouble, not as theirs.
   */
  public static Clients connectForOthers(Vertx vertx, Config.Grpc config, Network network) {
    return new Clients(vertx, calls(vertx, config, Clients::ownTrouble), network);
  }

  private static GrpcCalls calls(Vertx vertx, Config.Grpc config, UnaryOperator<MnException> told) {
    return new GrpcCalls(
        vertx, address(config.target()), config.timeout(), config.authToken(), told);
  }

  private static MnException ownTrouble(MnException failure) {
    return failure.code() != ErrorCode.UNAUTHENTICATED
        ? failure
        : MnException.unavailable(
            "the runtime does not accept the operator token of this gateway: its grpc.auth_token"
                + " (MN_GRPC_AUTH_TOKEN) must be that of the runtime",
            failure);
  }

  public JobsPort jobs() {
    return jobs;
  }

  public ClusterPort cluster() {
    return cluster;
  }

  public ServicesPort services() {
    return services;
  }

  public TriggerEvents events() {
    return events;
  }

  public SchedulesPort schedules() {
    return schedules;
  }

  /** All of them. */
  public RuntimePorts ports() {
    return new RuntimePorts(jobs, cluster, services, events, schedules, deployments, webhooks);
  }

  /** Whether the runtime says that it serves. */
  public Readiness readiness() {
    return new GrpcReadiness(calls);
  }

  @Override
  public void close() {
    calls.close();
  }

  static SocketAddress address(String target) {
    HostAndPort parsed = HostAndPort.parseAuthority(target, DEFAULT_PORT);
    if (parsed == null) {
      throw new IllegalArgumentException("\"" + target + "\" is not host:port");
    }
    String host = parsed.host();
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return SocketAddress.inetSocketAddress(
        parsed.port(), bracketed ? host.substring(1, host.length() - 1) : host);
  }
}
