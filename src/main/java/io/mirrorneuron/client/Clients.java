package io.mirrorneuron.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.RuntimePorts;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainCancelled;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.port.node.NodeMaintenance.MaintenanceChange;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeMembers.Greeting;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewTarget;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewWebhook;
import io.mirrorneuron.port.schedule.OutboundWebhooks.WebhookTarget;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.TriggerEvents.EmittedEvent;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.proto.cluster.v1.AddNodeRequest;
import io.mirrorneuron.proto.cluster.v1.AddNodeResponse;
import io.mirrorneuron.proto.cluster.v1.CancelNodeDrainRequest;
import io.mirrorneuron.proto.cluster.v1.CheckServicesRequest;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.DrainNodeRequest;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusRequest;
import io.mirrorneuron.proto.cluster.v1.GetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryRequest;
import io.mirrorneuron.proto.cluster.v1.ListServicesRequest;
import io.mirrorneuron.proto.cluster.v1.ReconcileNodeRequest;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeRequest;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeResponse;
import io.mirrorneuron.proto.cluster.v1.ResolveServiceRequest;
import io.mirrorneuron.proto.cluster.v1.SetNodeMaintenanceRequest;
import io.mirrorneuron.proto.cluster.v1.SetResourceRequest;
import io.mirrorneuron.proto.ext.v1.ChangeWebhookRequest;
import io.mirrorneuron.proto.ext.v1.CreateWebhookRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.GetMetricsRequest;
import io.mirrorneuron.proto.ext.v1.ListWebhookDeliveriesRequest;
import io.mirrorneuron.proto.ext.v1.ListWebhooksRequest;
import io.mirrorneuron.proto.ext.v1.ReplayWebhookDeliveriesRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.EmitTriggerEventRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcClient;
import io.mirrorneuron.proto.job.v1.ListTriggerEventsRequest;
import io.mirrorneuron.storage.Readiness;
import io.mirrorneuron.wire.ClusterForm;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.SelfNode;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The connection to one runtime, and the ports that use it. */
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

  /** Connects on first use, and again whenever needed. */
  public static Clients connect(Vertx vertx, Config.Grpc config) {
    return new Clients(vertx, calls(vertx, config, UnaryOperator.identity()), Network.PLAIN);
  }

  /** With servers beside it that may use TLS. */
  public static Clients connect(Vertx vertx, Config config) {
    return new Clients(
        vertx, calls(vertx, config.grpc(), UnaryOperator.identity()), config.node().network());
  }

  /**
   * For a gateway: when the runtime refuses the gateway's token, the failure is reported as the
   * gateway's, not its caller's.
   */
  public static Clients connectForOthers(Vertx vertx, Config.Grpc config, Network network) {
    return new Clients(vertx, calls(vertx, config, Clients::ownTrouble), network);
  }

  private static GrpcCalls calls(
      Vertx vertx, Config.Grpc config, UnaryOperator<MnException> reported) {
    return new GrpcCalls(
        vertx, address(config.target()), config.timeout(), config.authToken(), reported);
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

  public RuntimePorts ports() {
    return new RuntimePorts(jobs, cluster, services, events, schedules, deployments, webhooks);
  }

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

  /** {@link TriggerEvents} of a runtime behind gRPC. */
  private static final class GrpcTriggerEventsClient implements TriggerEvents {
    private final GrpcCalls calls;

    GrpcTriggerEventsClient(GrpcCalls calls) {
      this.calls = calls;
    }

    @Override
    public EmittedEvent emit(NewEvent event) {
      MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
      if (event.eventId() != null) {
        metadata.set(GrpcMetadata.IDEMPOTENCY_KEY, event.eventId());
      }
      EmitTriggerEventRequest request =
          EmitTriggerEventRequest.newBuilder()
              .setEventType(Objects.requireNonNullElse(event.eventType(), ""))
              .setSource(Objects.requireNonNullElse(event.source(), ""))
              .setPayloadJson(event.payload() == null ? "" : Json.write(event.payload()))
              .build();
      return read(
          calls.call(JobServiceGrpcClient.EmitTriggerEvent, request, metadata).getResultJson(),
          EmittedEvent.class);
    }

    @Override
    public Kept list(int limit) {
      ListTriggerEventsRequest request =
          ListTriggerEventsRequest.newBuilder().setLimit(limit).build();
      return read(
          calls.call(JobServiceGrpcClient.ListTriggerEvents, request).getResultJson(), Kept.class);
    }

    private static <T> T read(String json, Class<T> record) {
      return Json.read(json, record, "result_json");
    }
  }

  /** {@link ServicesPort} of a runtime behind gRPC. */
  private static final class GrpcServicesClient implements ServicesPort {
    private final GrpcCalls calls;

    GrpcServicesClient(GrpcCalls calls) {
      this.calls = calls;
    }

    @Override
    public Registered list(ServiceFilter filter) {
      ListServicesRequest request =
          ListServicesRequest.newBuilder().setQueryJson(Json.write(filter)).build();
      return read(
          calls.call(ClusterServiceGrpcClient.ListServices, request).getResultJson(),
          Registered.class);
    }

    @Override
    public Resolved resolve(String name, ServiceFilter filter) {
      ResolveServiceRequest request =
          ResolveServiceRequest.newBuilder().setName(name).setQueryJson(Json.write(filter)).build();
      String answer = calls.call(ClusterServiceGrpcClient.ResolveService, request).getResultJson();
      // the original runtime answers only the list
      return Resolved.of(read(answer, Registered.class).services());
    }

    @Override
    public ServiceReport check(String requirements) {
      CheckServicesRequest request =
          CheckServicesRequest.newBuilder().setServicesJson(requirements).build();
      return read(
          calls.call(ClusterServiceGrpcClient.CheckServices, request).getResultJson(),
          ServiceReport.class);
    }

    private static <T> T read(String json, Class<T> record) {
      return LenientJson.read(Json.parseObject(json, "result_json"), record);
    }
  }

  /**
   * Queries the overall health of a remote runtime. Hides addresses, as callers are not
   * authenticated.
   */
  private static final class GrpcReadiness implements Readiness {
    private static final ServiceMethod<HealthCheckResponse, HealthCheckRequest> CHECK =
        ServiceMethod.client(
            ServiceName.create("grpc.health.v1.Health"),
            "Check",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(HealthCheckResponse.newBuilder()));

    /** Callers have a short timeout, too. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final GrpcCalls calls;

    GrpcReadiness(GrpcCalls calls) {
      this.calls = calls;
    }

    @Override
    public CompletionStage<List<Dependency>> dependencies() {
      return reasonsOfRuntime().thenApply(reasons -> List.of(new Dependency("runtime", reasons)));
    }

    private CompletionStage<List<String>> reasonsOfRuntime() {
      return calls
          .open(CHECK, PATIENCE)
          .compose(call -> call.send(HealthCheckRequest.getDefaultInstance()))
          .compose(GrpcReadiness::answer)
          .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .map(
              answer ->
                  answer.getStatus() == ServingStatus.SERVING
                      ? List.<String>of()
                      : List.of("the runtime says that it does not serve now"))
          .otherwise(List.of("the runtime does not answer"))
          .toCompletionStage();
    }

    private static Future<HealthCheckResponse> answer(
        GrpcClientResponse<HealthCheckRequest, HealthCheckResponse> response) {
      return GrpcCalls.ended(response).compose(end -> response.last());
    }
  }

  /** {@link ClusterPort} of a runtime behind gRPC. */
  private static final class GrpcClusterClient implements ClusterPort {
    private final GrpcCalls calls;
    private final OtherServers others;

    GrpcClusterClient(GrpcCalls calls, OtherServers others) {
      this.calls = calls;
      this.others = others;
    }

    @Override
    public ClusterSummary summary() {
      String summary =
          calls
              .call(
                  ClusterServiceGrpcClient.GetSystemSummary,
                  GetSystemSummaryRequest.getDefaultInstance())
              .getSummaryJson();
      return ClusterForm.read(Json.parseObject(summary, "summary_json"));
    }

    @Override
    public ClusterSummary overview() {
      GetMetricsRequest request = GetMetricsRequest.newBuilder().setWithNodes(true).build();
      try {
        String overview =
            calls.call(RuntimeExtServiceGrpcClient.GetMetrics, request).getResultJson();
        return ClusterForm.read(Json.parseObject(overview, "result_json"));
      } catch (MnException e) {
        if (e.code() != ErrorCode.UNIMPLEMENTED) {
          throw e;
        }
        return summary(); // the original runtime has no such call
      }
    }

    @Override
    public NodeMembers members() {
      return new GrpcMembersClient(calls, others, this::overview);
    }

    @Override
    public CapacityReport resource() {
      return report(
          calls
              .call(ClusterServiceGrpcClient.GetResource, GetResourceRequest.getDefaultInstance())
              .getResourceJson());
    }

    @Override
    public CapacityReport setResource(ObjectNode limits) {
      SetResourceRequest request =
          SetResourceRequest.newBuilder().setResourceJson(Json.write(limits)).build();
      return report(calls.call(ClusterServiceGrpcClient.SetResource, request).getResourceJson());
    }

    @Override
    public NodeMaintenance upkeep() {
      return new GrpcUpkeepClient(calls);
    }

    private static CapacityReport report(String json) {
      return new CapacityReport(Json.parseObject(json, "resource_json"));
    }

    /** {@link NodeMembers} of a runtime behind gRPC. */
    private record GrpcMembersClient(
        GrpcCalls calls, OtherServers others, Supplier<ClusterSummary> overview)
        implements NodeMembers {

      /** This process greets that node itself; the runtime is then asked to add it. */
      @Override
      public Greeting greet(String address, String token) {
        try (GrpcCalls there = others.at(address)) {
          return Greetings.ask(there, "", token);
        }
      }

      @Override
      public List<Integer> ports() {
        return others.ports();
      }

      @Override
      public String self() {
        return SelfNode.name(overview.get());
      }

      @Override
      public Member add(NewNode node) {
        AddNodeRequest request =
            AddNodeRequest.newBuilder().setNodeName(node.name()).setToken(node.token()).build();
        MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
        if (!node.address().isEmpty()) {
          metadata.set(GrpcMetadata.NODE_ADDRESS, node.address());
        }
        AddNodeResponse answer = calls.call(ClusterServiceGrpcClient.AddNode, request, metadata);
        return new Member(answer.getNodeName(), answer.getStatus());
      }

      @Override
      public Member remove(String name) {
        RemoveNodeRequest request = RemoveNodeRequest.newBuilder().setNodeName(name).build();
        RemoveNodeResponse answer = calls.call(ClusterServiceGrpcClient.RemoveNode, request);
        return new Member(answer.getNodeName(), answer.getStatus());
      }
    }
  }

  /** {@link NodeMaintenance} of a runtime behind gRPC. */
  private record GrpcUpkeepClient(GrpcCalls calls) implements NodeMaintenance {
    @Override
    public NodeReport status(String node) {
      GetNodeDrainStatusRequest request =
          GetNodeDrainStatusRequest.newBuilder().setNodeName(text(node)).build();
      return read(
          calls.call(ClusterServiceGrpcClient.GetNodeDrainStatus, request).getResultJson(),
          NodeReport.class);
    }

    @Override
    public MaintenanceChange maintain(String node, boolean enabled, String reason) {
      SetNodeMaintenanceRequest request =
          SetNodeMaintenanceRequest.newBuilder()
              .setNodeName(text(node))
              .setEnabled(enabled)
              .setReason(text(reason))
              .build();
      return read(
          calls.call(ClusterServiceGrpcClient.SetNodeMaintenance, request).getResultJson(),
          MaintenanceChange.class);
    }

    @Override
    public DrainReport drain(DrainOrder order) {
      DrainNodeRequest request =
          DrainNodeRequest.newBuilder()
              .setNodeName(text(order.node()))
              .setReason(order.reason())
              .setDeadlineMs(order.deadlineMs())
              .setDryRun(order.dryRun())
              .setIgnoreSystemJobs(order.ignoreSystemJobs())
              .build();
      return read(
          calls.call(ClusterServiceGrpcClient.DrainNode, request).getResultJson(),
          DrainReport.class);
    }

    @Override
    public DrainCancelled undrain(String node, String reason, boolean markEligible) {
      CancelNodeDrainRequest request =
          CancelNodeDrainRequest.newBuilder()
              .setNodeName(text(node))
              .setReason(text(reason))
              .setMarkEligible(markEligible)
              .build();
      return read(
          calls.call(ClusterServiceGrpcClient.CancelNodeDrain, request).getResultJson(),
          DrainCancelled.class);
    }

    @Override
    public Reconciliation reconcile(String node, String reason, boolean dryRun) {
      ReconcileNodeRequest request =
          ReconcileNodeRequest.newBuilder()
              .setNodeName(text(node))
              .setReason(text(reason))
              .setDryRun(dryRun)
              .build();
      return read(
          calls.call(ClusterServiceGrpcClient.ReconcileNode, request).getResultJson(),
          Reconciliation.class);
    }

    private static String text(String value) {
      return Objects.requireNonNullElse(value, "");
    }

    private static <T> T read(String json, Class<T> record) {
      return Json.read(json, record, "result_json");
    }
  }

  /** {@link OutboundWebhooks} of a runtime behind gRPC. */
  private static final class GrpcOutboundWebhooksClient implements OutboundWebhooks {
    private final ExtensionCalls calls;

    /** Rows of both directions; rows of the other direction lack these members. */
    private record All(List<Map<String, Object>> data) {}

    GrpcOutboundWebhooksClient(GrpcCalls calls) {
      this.calls = new ExtensionCalls(calls);
    }

    private <Q> WebhookTarget target(ServiceMethod<ExtJsonResponse, Q> method, Q request) {
      return calls.call(WebhookTarget.class, method, request);
    }

    @Override
    public WebhookTarget create(NewTarget wanted) {
      NewWebhook whole =
          new NewWebhook(
              wanted.name(),
              "outbound",
              null,
              null,
              null,
              wanted.url(),
              wanted.events(),
              wanted.filters());
      return target(
          RuntimeExtServiceGrpcClient.CreateWebhook,
          CreateWebhookRequest.newBuilder().setWebhookJson(Json.write(whole)).build());
    }

    @Override
    public List<WebhookTarget> list() {
      return calls
          .call(
              All.class,
              RuntimeExtServiceGrpcClient.ListWebhooks,
              ListWebhooksRequest.getDefaultInstance())
          .data()
          .stream()
          .filter(row -> Webhooks.isOutbound(row.get("webhook_id").toString()))
          .map(row -> Json.MAPPER.convertValue(row, WebhookTarget.class))
          .toList();
    }

    @Override
    public WebhookTarget get(String id) {
      return target(RuntimeExtServiceGrpcClient.GetWebhook, GrpcInboundWebhooksClient.of(id));
    }

    @Override
    public WebhookTarget rotate(String id) {
      return target(
          RuntimeExtServiceGrpcClient.RotateWebhook,
          ChangeWebhookRequest.newBuilder().setWebhookId(id).build());
    }

    @Override
    public WebhookTarget enable(String id) {
      return target(RuntimeExtServiceGrpcClient.EnableWebhook, GrpcInboundWebhooksClient.of(id));
    }

    @Override
    public void delete(String id) {
      calls.call(
          Map.class, RuntimeExtServiceGrpcClient.DeleteWebhook, GrpcInboundWebhooksClient.of(id));
    }

    @Override
    public Deliveries deliveries(String id, String state, int limit) {
      ListWebhookDeliveriesRequest request =
          ListWebhookDeliveriesRequest.newBuilder()
              .setWebhookId(id)
              .setState(state == null ? "" : state)
              .setLimit(limit)
              .build();
      return calls.call(
          Deliveries.class, RuntimeExtServiceGrpcClient.ListWebhookDeliveries, request);
    }

    @Override
    public Replayed replay(String id, String deliveryId) {
      ReplayWebhookDeliveriesRequest request =
          ReplayWebhookDeliveriesRequest.newBuilder()
              .setWebhookId(id)
              .setDeliveryId(deliveryId == null ? "" : deliveryId)
              .build();
      return calls.call(
          Replayed.class, RuntimeExtServiceGrpcClient.ReplayWebhookDeliveries, request);
    }
  }
}
