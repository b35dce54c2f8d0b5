package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.PemFiles;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.operation.OperationsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.runtime.cluster.CoordinationStore;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.NodeDoor;
import io.mirrorneuron.runtime.cluster.NodeIdentity;
import io.mirrorneuron.runtime.join.JoinDesk;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.storage.Storage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.grpc.reflection.ReflectionService;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.Service;
import java.time.Clock;
import java.time.Duration;
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
 * A gRPC door of the runtime: the services of {@code proto/}, health and, for developers,
 * reflection. One for clients, h2c without TLS; and one for other servers, when these talk by TLS.
 */
public final class RuntimeServer implements AutoCloseable {
  /**
   * All messages on their way may hold this fraction of the heap, 1/8: each costs several times its
   * size.
   */
  private static final int SHARE_OF_MESSAGES = 8;

  private static final long NO_ERROR = 0;
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration DRAIN = Duration.ofSeconds(5);

  /** When calls are broken off that are still not answered; earlier, so that it is heard. */
  private static final Duration BREAK_OFF = Duration.ofSeconds(4);

  private final HttpServer http;
  private final CallDispatcher door;
  private final ProgramCalls programs;
  private final ExecutorService threads;

  private RuntimeServer(
      HttpServer http, CallDispatcher door, ProgramCalls programs, ExecutorService threads) {
    this.http = http;
    this.door = door;
    this.programs = programs;
    this.threads = threads;
  }

  /**
   * What the services are made of.
   *
   * @param deployments null where nothing is deployed
   * @param nodes for other nodes; is told where this door is by who opens it
   * @param desk joins the clusters of other nodes
   * @param sharesTokens whether handshakes hand out the tokens of this runtime
   * @param hardware cheap; see {@link io.mirrorneuron.runtime.cluster.HardwareProbe}
   * @param store cheap; what this node and others share
   * @param serving cheap; answers the health service
   * @param tokens asked about callers who show no token of this runtime
   * @param reflection whether anybody may ask what calls there are
   * @param storage explains failures for want of room
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
      NodeDoor nodes,
      JoinDesk desk,
      boolean sharesTokens,
      Supplier<Hardware> hardware,
      Supplier<CoordinationStore> store,
      BooleanSupplier serving,
      Auth tokens,
      boolean reflection,
      Storage storage,
      Clock clock) {}

  /**
   * Where a door is, and for whom.
   *
   * @param port 0: a free one
   * @param tls null for plain text
   * @param refusesNodes whether other servers have a door of their own
   */
  public record Place(String host, int port, PemFiles tls, boolean refusesNodes) {}

  /** Blocks until it listens. */
  public static RuntimeServer start(Vertx vertx, Place place, Config.Grpc config, Parts parts) {
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
    WrongTokens wrong = WrongTokens.guard();
    NodeTokens guesses = new NodeTokens(parts.nodes().token(), wrong, threads);
    Access access = Access.of(config, parts.tokens(), parts.nodes(), guesses, place.refusesNodes());
    CallDispatcher door =
        new CallDispatcher(
            access, threads, parts.clock(), config.maxMessageBytes(), parts.storage());
    GrpcServer large = GrpcServer.server(vertx, DoorOptions.grpc(config.maxMessageBytes()));
    GrpcServer small =
        GrpcServer.server(
            vertx, DoorOptions.grpc(LargeMessages.limit("", config.maxMessageBytes())));
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Handshakes handshakes = new Handshakes(parts, config, port::join, wrong);
    JoinCalls joining = new JoinCalls(parts.desk(), wrong);
    addServices(new Doors(large, small, door), handshakes, joining, config.adminToken(), parts);
    ProgramCalls programs = new ProgramCalls(parts.nodes().programs(), access, threads);
    small.addService(programs.service());
    LargeMessages messages =
        new LargeMessages(vertx, Runtime.getRuntime().maxMemory() / SHARE_OF_MESSAGES);
    HttpServer http =
        vertx
            .createHttpServer(DoorOptions.http(place.tls()))
            .requestHandler(request -> handle(request, vertx, messages, large, small))
            .connectionHandler(
                connection ->
                    connection.closeHandler(
                        closed -> {
                          door.disconnected(connection);
                          programs.disconnected(connection);
                        }))
            .listen(place.port(), place.host())
            .await();
    port.complete(http.actualPort());
    return new RuntimeServer(http, door, programs, threads);
  }

  /**
   * @param large takes calls whose messages may be long
   * @param small takes all others: the longest message is the same for all calls of a server
   */
  private record Doors(GrpcServer large, GrpcServer small, CallDispatcher door) {}

  private static void addServices(
      Doors doors, Handshakes handshakes, JoinCalls joining, Secret adminToken, Parts parts) {
    CallDispatcher door = doors.door;
    OperationCalls operations = new OperationCalls(parts.operations(), parts.clock());
    Set<Service> services =
        Stream.of(
                new JobCalls(parts, operations, adminToken).service(door),
                operations.service(door),
                new ClusterCalls(parts.cluster(), parts.services(), handshakes).service(door),
                new EventCalls(parts.jobs(), parts.clock()).service(door),
                new ExtCalls(parts).service(door),
                new NodeCalls(parts.nodes().reads(), parts.nodes().changes(), joining)
                    .service(door))
            .collect(Collectors.toUnmodifiableSet());
    services.forEach(doors.large::addService);
    services.forEach(doors.small::addService);
    Set<String> names =
        services.stream()
            .map(service -> service.name().fullyQualifiedName())
            .collect(Collectors.toUnmodifiableSet());
    doors.small.addService(new HealthCalls(names, parts.serving()).service(door));
    if (parts.reflection()) {
      doors.small.addService(ReflectionService.v1());
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
   * Stops reading a request once it is answered. Clients end such a call themselves; those that do
   * not are told to send no more (RFC 9113, 8.1), after the answer has had time to arrive.
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
   * Ends streams, lets the calls in flight finish for some seconds, tells the rest, then closes.
   */
  @Override
  public void close() {
    door.drain();
    programs.drain();
    Future<Void> closed = http.shutdown(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
    try {
      closed.await(BREAK_OFF.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      // the rest is broken off below, and told so
    }
    threads.shutdownNow();
    closed.await();
  }

  /** Streams that are being answered, health watches included. */
  public int openStreams() {
    return door.openStreams();
  }
}
