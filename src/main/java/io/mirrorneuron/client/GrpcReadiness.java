package io.mirrorneuron.client;

import io.mirrorneuron.storage.Readiness;
import io.vertx.core.Future;
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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Asks a runtime elsewhere for its health as a whole. Addresses are not told: anybody may ask. */
final class GrpcReadiness implements Readiness {
  private static final ServiceMethod<HealthCheckResponse, HealthCheckRequest> CHECK =
      ServiceMethod.client(
          ServiceName.create("grpc.health.v1.Health"),
          "Check",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(HealthCheckResponse.newBuilder()));

  /** Whoever asks us does not wait long either. */
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
