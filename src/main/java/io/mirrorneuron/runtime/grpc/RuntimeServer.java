package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.JwtSettings.PemFiles;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.OperationsPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.proto.cluster.v1.CheckServicesRequest;
import io.mirrorneuron.proto.cluster.v1.CheckServicesResponse;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.cluster.v1.GetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.GetResourceResponse;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryRequest;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryResponse;
import io.mirrorneuron.proto.cluster.v1.ListServicesRequest;
import io.mirrorneuron.proto.cluster.v1.ListServicesResponse;
import io.mirrorneuron.proto.cluster.v1.ResolveServiceRequest;
import io.mirrorneuron.proto.cluster.v1.ResolveServiceResponse;
import io.mirrorneuron.proto.cluster.v1.SetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.SetResourceResponse;
import io.mirrorneuron.runtime.cluster.CoordinationStore;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.NodeEndpoint;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.join.ClusterJoin;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.MutualTls;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.health.v1.HealthProto;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.Service;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A gRPC endpoint of the runtime: the services of {@code proto/}, health, and optionally
 * reflection. There is one for clients, h2c without TLS, and one for other servers when they use
 * TLS.
 */
public final class RuntimeServer implements AutoCloseable {
  /** Messages in transit may use 1/8 of the heap: each costs several times its size. */
  private static final int SHARE_OF_MESSAGES = 8;

  private static final long NO_ERROR = 0;
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration DRAIN = Duration.ofSeconds(5);

  /**
   * When unanswered calls are aborted; before the drain's end, so that the failure is delivered.
   */
  private static final Duration BREAK_OFF = Duration.ofSeconds(4);

  private final HttpServer http;
  private final CallDispatcher endpoint;
  private final ProgramCalls programs;
  private final ExecutorService threads;

  private RuntimeServer(
      HttpServer http, CallDispatcher endpoint, ProgramCalls programs, ExecutorService threads) {
    this.http = http;
    this.endpoint = endpoint;
    this.programs = programs;
    this.threads = threads;
  }

  /**
   * The ports behind the services.
   *
   * @param deployments null for none
   * @param nodes for other nodes; the opener tells it this endpoint's address
   * @param sharesTokens whether handshakes hand out the tokens of this runtime
   * @param hardware cheap; see {@link io.mirrorneuron.runtime.cluster.HardwareProbe}
   * @param store cheap; what this node shares with other nodes
   * @param serving cheap; answers the health service
   * @param tokens checks callers without a token of this runtime
   * @param reflection whether the list of calls is public
   * @param storage explains failures for lack of space
   */
  public record Parts(
      JobsPort jobs,
      ClusterPort cluster,
      ServicesPort services,
      TriggerEvents events,
      SchedulesPort schedules,
      DeploymentsPort deployments,
      OperationsPort operations,
      Webhooks webhooks,
      NodeIdentity identity,
      NodeEndpoint nodes,
      ClusterJoin clusterJoin,
      boolean sharesTokens,
      Supplier<Hardware> hardware,
      Supplier<CoordinationStore> store,
      BooleanSupplier serving,
      Auth tokens,
      boolean reflection,
      Storage storage,
      Clock clock) {}

  /**
   * Address and audience of an endpoint.
   *
   * @param port 0: a free one
   * @param tls null for plain text
   * @param refusesNodes whether other servers have an endpoint of their own
   */
  public record Place(String host, int port, PemFiles tls, boolean refusesNodes) {}

  /** Blocks until it listens. */
  public static RuntimeServer start(Vertx vertx, Place place, Config.Grpc config, Parts parts) {
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
    WrongTokens wrong = WrongTokens.guard();
    NodeTokens guesses = new NodeTokens(parts.nodes().token(), wrong, threads);
    Access access = Access.of(config, parts.tokens(), parts.nodes(), guesses, place.refusesNodes());
    CallDispatcher endpoint =
        new CallDispatcher(
            access, threads, parts.clock(), config.maxMessageBytes(), parts.storage());
    GrpcServer large = GrpcServer.server(vertx, EndpointOptions.grpc(config.maxMessageBytes()));
    GrpcServer small =
        GrpcServer.server(
            vertx, EndpointOptions.grpc(LargeMessages.limit("", config.maxMessageBytes())));
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Handshakes handshakes = new Handshakes(parts, config, port::join, wrong);
    JoinCalls joining = new JoinCalls(parts.clusterJoin(), wrong);
    addServices(
        new Endpoints(large, small, endpoint), handshakes, joining, config.adminToken(), parts);
    ProgramCalls programs = new ProgramCalls(parts.nodes().programs(), access, threads);
    small.addService(programs.service());
    LargeMessages messages =
        new LargeMessages(vertx, Runtime.getRuntime().maxMemory() / SHARE_OF_MESSAGES);
    HttpServer http =
        vertx
            .createHttpServer(EndpointOptions.http(place.tls()))
            .requestHandler(request -> handle(request, vertx, messages, large, small))
            .connectionHandler(
                connection ->
                    connection.closeHandler(
                        closed -> {
                          endpoint.disconnected(connection);
                          programs.disconnected(connection);
                        }))
            .listen(place.port(), place.host())
            .await();
    port.complete(http.actualPort());
    return new RuntimeServer(http, endpoint, programs, threads);
  }

  /**
   * @param large takes calls with long messages
   * @param small takes all other calls: a server has one message limit for all calls
   */
  private record Endpoints(GrpcServer large, GrpcServer small, CallDispatcher endpoint) {}

  private static void addServices(
      Endpoints endpoints,
      Handshakes handshakes,
      JoinCalls joining,
      Secret adminToken,
      Parts parts) {
    CallDispatcher endpoint = endpoints.endpoint;
    OperationCalls operations = new OperationCalls(parts.operations(), parts.clock());
    Set<Service> services =
        Stream.of(
                new JobCalls(parts, operations, adminToken).service(endpoint),
                operations.service(endpoint),
                new ClusterCalls(parts.cluster(), parts.services(), handshakes).service(endpoint),
                new EventCalls(parts.jobs(), parts.clock()).service(endpoint),
                new ExtCalls(parts).service(endpoint),
                new NodeCalls(parts.nodes().reads(), parts.nodes().changes(), joining)
                    .service(endpoint))
            .collect(Collectors.toUnmodifiableSet());
    services.forEach(endpoints.large::addService);
    services.forEach(endpoints.small::addService);
    Set<String> names =
        services.stream()
            .map(service -> service.name().fullyQualifiedName())
            .collect(Collectors.toUnmodifiableSet());
    endpoints.small.addService(new HealthCalls(names, parts.serving()).service(endpoint));
    if (parts.reflection()) {
      endpoints.small.addService(ReflectionService.v1());
    }
  }

  private static void handle(
      HttpServerRequest request,
      Vertx vertx,
      LargeMessages messages,
      GrpcServer large,
      GrpcServer small) {
    stopReadingOnceAnswered(vertx, request);
    if (LargeMessages.mayBeLarge(request)) {
      messages.watch(request);
      large.handle(request);
    } else {
      small.handle(request);
    }
  }

  /**
   * Stops reading an answered request. Clients that do not end such a call are asked to stop
   * sending (RFC 9113, 8.1), after the answer has had time to arrive.
   */
  private static void stopReadingOnceAnswered(Vertx vertx, HttpServerRequest request) {
    HttpServerResponse response = request.response();
    response.endHandler(
        ended -> {
          if (!request.isEnded()) {
            request.pause();
            vertx.setTimer(
                GRACE.toMillis(),
                over -> {
                  if (!request.isEnded()) {
                    response.reset(NO_ERROR);
                  }
                });
          }
        });
  }

  public int port() {
    return http.actualPort();
  }

  /**
   * Drains: ends streams, lets running calls finish for some seconds, aborts the rest, then closes.
   */
  @Override
  public void close() {
    endpoint.drain();
    programs.drain();
    Future<Void> closed = http.shutdown(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
    try {
      closed.await(BREAK_OFF.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      // the rest is aborted below
    }
    threads.shutdownNow();
    closed.await();
  }

  /** Streams that are being answered, health watches included. */
  public int openStreams() {
    return endpoint.openStreams();
  }

  /** Limits and protocols of connections. */
  private static final class EndpointOptions {
    private static final int STREAMS_PER_CONNECTION = 10_000;

    /** A gateway cancels one stream for each reader that leaves, all on one connection. */
    private static final int CANCELS_PER_WINDOW = 10_000;

    private static final int WINDOW_BYTES = 1024 * 1024;

    private EndpointOptions() {}

    static GrpcServerOptions grpc(long longestMessage) {
      // gRPC-Web and transcoding would let a browser's simple requests in.
      return new GrpcServerOptions()
          .removeEnabledProtocol(GrpcProtocol.WEB)
          .removeEnabledProtocol(GrpcProtocol.WEB_TEXT)
          .removeEnabledProtocol(GrpcProtocol.TRANSCODING)
          .setScheduleDeadlineAutomatically(true)
          .setMaxMessageSize(longestMessage);
    }

    /**
     * @param tls null for plain text
     */
    static HttpServerOptions http(PemFiles tls) {
      return tls == null
          ? http().setHttp2ClearTextEnabled(true)
          : MutualTls.endpoint(http().setHttp2ClearTextEnabled(false), tls);
    }

    private static HttpServerOptions http() {
      return new HttpServerOptions()
          .setTcpKeepAlive(true)
          .setHttp2RstFloodMaxRstFramePerWindow(CANCELS_PER_WINDOW)
          .setHttp2ConnectionWindowSize(4 * WINDOW_BYTES)
          .setInitialSettings(
              new Http2Settings()
                  .setMaxConcurrentStreams(STREAMS_PER_CONNECTION)
                  .setInitialWindowSize(WINDOW_BYTES)
                  .setMaxHeaderListSize(16 * 1024));
    }
  }

  /** Calls about nodes and capacity. */
  private static final class ClusterCalls {
    private final ClusterPort cluster;
    private final MaintenanceCalls upkeep;
    private final ServiceCalls services;
    private final Handshakes handshakes;

    ClusterCalls(ClusterPort cluster, ServicesPort services, Handshakes handshakes) {
      this.cluster = cluster;
      this.upkeep = new MaintenanceCalls(cluster.upkeep(), cluster.members());
      this.services = new ServiceCalls(services);
      this.handshakes = handshakes;
    }

    Service service(CallDispatcher endpoint) {
      CallDispatcher.Entrance entrance =
          endpoint.service(
              ClusterServiceGrpcService.SERVICE_NAME,
              ClusterServiceGrpcService.SERVICE_DESCRIPTOR,
              ClusterServiceGrpcService.all());
      return upkeep
          .bind(services.bind(entrance))
          .unary(ClusterServiceGrpcService.NetworkHandshake, handshakes::answer)
          .unary(ClusterServiceGrpcService.GetSystemSummary, this::summary)
          .unary(ClusterServiceGrpcService.GetResource, this::resource)
          .unary(ClusterServiceGrpcService.SetResource, this::setResource)
          .build();
    }

    private GetSystemSummaryResponse summary(GetSystemSummaryRequest request) {
      return GetSystemSummaryResponse.newBuilder()
          .setSummaryJson(AnswerBudget.rows(cluster.summary().json(), "jobs"))
          .build();
    }

    private GetResourceResponse resource(GetResourceRequest request) {
      return GetResourceResponse.newBuilder()
          .setResourceJson(Json.write(cluster.resource()))
          .build();
    }

    private SetResourceResponse setResource(SetResourceRequest request) {
      CapacityReport report = cluster.setResource(limits(request.getResourceJson()));
      return SetResourceResponse.newBuilder().setResourceJson(Json.write(report)).build();
    }

    private static ObjectNode limits(String text) {
      JsonNode body;
      try {
        body = text.isBlank() ? Json.object() : Json.parse(text);
      } catch (JsonProcessingException e) {
        throw MnException.malformed("resource body must be valid JSON: " + e.getOriginalMessage());
      }
      if (body instanceof ObjectNode limits) {
        return limits;
      }
      throw MnException.invalid("resource limits must be an object");
    }

    /** Calls about services. */
    private record ServiceCalls(ServicesPort services) {
      private static final String ROWS = "services";

      CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
        return entrance
            .unary(ClusterServiceGrpcService.ListServices, this::list)
            .unary(ClusterServiceGrpcService.ResolveService, this::resolve)
            .unary(ClusterServiceGrpcService.CheckServices, this::check);
      }

      private ListServicesResponse list(ListServicesRequest request) {
        return ListServicesResponse.newBuilder()
            .setResultJson(
                AnswerBudget.rows(
                    Json.MAPPER.valueToTree(services.list(filter(request.getQueryJson()))), ROWS))
            .build();
      }

      private ResolveServiceResponse resolve(ResolveServiceRequest request) {
        return ResolveServiceResponse.newBuilder()
            .setResultJson(
                AnswerBudget.rows(
                    Json.MAPPER.valueToTree(
                        services.resolve(request.getName(), filter(request.getQueryJson()))),
                    ROWS))
            .build();
      }

      /** Text that is no JSON object is an empty filter. */
      private static ServiceFilter filter(String text) {
        try {
          return LenientJson.read(
              text.isBlank() ? Json.object() : Json.parse(text), ServiceFilter.class);
        } catch (JsonProcessingException e) {
          return LenientJson.read(Json.object(), ServiceFilter.class);
        }
      }

      private CheckServicesResponse check(CheckServicesRequest request) {
        return CheckServicesResponse.newBuilder()
            .setResultJson(Json.write(services.check(request.getServicesJson())))
            .build();
      }
    }
  }

  /**
   * The standard health service. Uses only the library's messages: its implementation keeps writing
   * to cancelled watchers.
   */
  private static final class HealthCalls {
    private static final ServiceName NAME = ServiceName.create("grpc.health.v1.Health");
    private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> CHECK =
        method("Check");
    private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> WATCH =
        method("Watch");
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

    private final Set<String> services;
    private final BooleanSupplier serving;

    /**
     * @param services full names that may be queried, beside the empty one for the whole server
     * @param serving cheap; whether calls can be expected to work now
     */
    HealthCalls(Set<String> services, BooleanSupplier serving) {
      this.services = Set.copyOf(services);
      this.serving = serving;
    }

    Service service(CallDispatcher endpoint) {
      return endpoint
          .service(
              NAME, HealthProto.getDescriptor().findServiceByName("Health"), List.of(CHECK, WATCH))
          .unary(CHECK, this::check)
          .stream(WATCH, this::watch)
          .build();
    }

    private HealthCheckResponse check(HealthCheckRequest request) {
      ServingStatus status = status(request.getService());
      if (status == ServingStatus.SERVICE_UNKNOWN) {
        throw MnException.notFound("service", request.getService());
      }
      return answer(status);
    }

    private void watch(HealthCheckRequest request, StreamWriter<HealthCheckResponse> outlet)
        throws InterruptedException {
      ServingStatus reported = null;
      while (outlet.isOpen()) {
        ServingStatus status = status(request.getService());
        if (status != reported) {
          outlet.send(List.of(answer(status)));
          reported = status;
        }
        outlet.await(WATCH_INTERVAL);
      }
      outlet.end(MultiMap.caseInsensitiveMultiMap());
    }

    private ServingStatus status(String service) {
      if (!service.isEmpty() && !services.contains(service)) {
        return ServingStatus.SERVICE_UNKNOWN;
      }
      return serving.getAsBoolean() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    }

    private static HealthCheckResponse answer(ServingStatus status) {
      return HealthCheckResponse.newBuilder().setStatus(status).build();
    }

    private static ServiceMethod<HealthCheckRequest, HealthCheckResponse> method(String name) {
      return ServiceMethod.server(
          NAME,
          name,
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(HealthCheckRequest.newBuilder()));
    }
  }
}
