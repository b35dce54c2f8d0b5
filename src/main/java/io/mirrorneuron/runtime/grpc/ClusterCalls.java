package io.mirrorneuron.runtime.grpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.CapacityReport;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.cluster.v1.GetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.GetResourceResponse;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryRequest;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryResponse;
import io.mirrorneuron.proto.cluster.v1.SetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.SetResourceResponse;
import io.mirrorneuron.wire.Json;
import io.vertx.grpc.server.Service;

/** The calls about nodes and what they can carry. */
final class ClusterCalls {
  private final ClusterPort cluster;
  private final UpkeepCalls upkeep;
  private final ServiceCalls services;
  private final Handshakes handshakes;

  ClusterCalls(ClusterPort cluster, ServicesPort services, Handshakes handshakes) {
    this.cluster = cluster;
    this.upkeep = new UpkeepCalls(cluster.upkeep(), cluster.members());
    this.services = new ServiceCalls(services);
    this.handshakes = handshakes;
  }

  Service service(CallDispatcher door) {
    CallDispatcher.Entrance entrance =
        door.service(
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
    return GetResourceResponse.newBuilder().setResourceJson(Json.write(cluster.resource())).build();
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
}
