package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.MnException;
import io.vertx.core.MultiMap;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.health.v1.HealthCheckRequest;
import io.vertx.grpc.health.v1.HealthCheckResponse;
import io.vertx.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.vertx.grpc.health.v1.HealthProto;
import io.vertx.grpc.server.Service;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The standard health service. The library's own implementation keeps writing to watchers that have
 * cancelled, so only its messages are used.
 */
final class HealthCalls {
  private static final ServiceName NAME = ServiceName.create("grpc.health.v1.Health");
  private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> CHECK =
      method("Check");
  private static final ServiceMethod<HealthCheckRequest, HealthCheckResponse> WATCH =
      method("Watch");
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

  private final Set<String> services;
  private final BooleanSupplier serving;

  /**
   * @param services full names that may be asked for, beside the empty one for the whole server
   * @param serving cheap; whether calls can be expected to work now
   */
  HealthCalls(Set<String> services, BooleanSupplier serving) {
    this.services = Set.copyOf(services);
    this.serving = serving;
  }

  Service service(CallDispatcher door) {
    return door
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
    ServingStatus told = null;
    while (outlet.isOpen()) {
      ServingStatus status = status(request.getService());
      if (status != told) {
        outlet.send(List.of(answer(status)));
        told = status;
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
