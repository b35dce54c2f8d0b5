package io.mirrorneuron.testing;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Asks the standard health service of a gRPC server, without a token. */
public final class HealthClient implements AutoCloseable {
  private final GrpcClient client;
  private final SocketAddress server;

  /**
   * @param target {@code host:port}
   */
  public HealthClient(Vertx vertx, String target) {
    client =
        GrpcClient.client(
            vertx,
            new GrpcClientOptions(),
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
    int colon = target.lastIndexOf(':');
    server =
        SocketAddress.inetSocketAddress(
            Integer.parseInt(target.substring(colon + 1)), target.substring(0, colon));
  }

  /**
   * @param service full name; empty for the server as a whole
   */
  public ServingStatus check(String service) throws Exception {
    return client
        .request(server, method("Check"))
        .compose(call -> call.send(request(service)))
        .compose(GrpcClientResponse::last)
        .await(10, TimeUnit.SECONDS)
        .getStatus();
  }

  /** What a watch is told, as it comes. */
  public List<ServingStatus> watch(String service) {
    List<ServingStatus> reported = new CopyOnWriteArrayList<>();
    Future<GrpcStatus> _ = watch(service, reported);
    return reported;
  }

  /**
   * The same.
   *
   * @return how it has ended
   */
  public Future<GrpcStatus> watch(String service, List<ServingStatus> reported) {
    return client
        .request(server, method("Watch"))
        .compose(call -> call.send(request(service)))
        .compose(
            answer ->
                answer
                    .handler(one -> reported.add(one.getStatus()))
                    .end()
                    .transform(_ -> Future.succeededFuture(answer.status())));
  }

  private static HealthCheckRequest request(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  private static ServiceMethod<HealthCheckResponse, HealthCheckRequest> method(String name) {
    return ServiceMethod.client(
        ServiceName.create("grpc.health.v1.Health"),
        name,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(HealthCheckResponse.newBuilder()));
  }

  @Override
  public void close() {
    client.close().await();
  }
}
