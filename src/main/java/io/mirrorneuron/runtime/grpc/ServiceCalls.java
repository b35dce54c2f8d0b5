package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.port.node.ServiceFilter;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.proto.cluster.v1.CheckServicesRequest;
import io.mirrorneuron.proto.cluster.v1.CheckServicesResponse;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.cluster.v1.ListServicesRequest;
import io.mirrorneuron.proto.cluster.v1.ListServicesResponse;
import io.mirrorneuron.proto.cluster.v1.ResolveServiceRequest;
import io.mirrorneuron.proto.cluster.v1.ResolveServiceResponse;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;

/** The calls about services that jobs offer. */
record ServiceCalls(ServicesPort services) {
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

  /** What is no JSON object asks for nothing in particular. */
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
