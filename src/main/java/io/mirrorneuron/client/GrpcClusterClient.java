package io.mirrorneuron.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.GetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryRequest;
import io.mirrorneuron.proto.cluster.v1.SetResourceRequest;
import io.mirrorneuron.wire.Json;

/** {@link ClusterPort} of a runtime behind gRPC. */
final class GrpcClusterClient implements ClusterPort {
  private final GrpcCalls calls;

  GrpcClusterClient(GrpcCalls calls) {
    this.calls = calls;
  }

  @Override
  public ObjectNode summary() {
    return Json.parseObject(
        calls
            .call(
                ClusterServiceGrpcClient.GetSystemSummary,
                GetSystemSummaryRequest.getDefaultInstance())
            .getSummaryJson(),
        "summary_json");
  }

  @Override
  public ObjectNode resource() {
    return Json.parseObject(
        calls
            .call(ClusterServiceGrpcClient.GetResource, GetResourceRequest.getDefaultInstance())
            .getResourceJson(),
        "resource_json");
  }

  @Override
  public ObjectNode setResource(ObjectNode limits) {
    SetResourceRequest request =
        SetResourceRequest.newBuilder().setResourceJson(Json.write(limits)).build();
    return Json.parseObject(
        calls.call(ClusterServiceGrpcClient.SetResource, request).getResourceJson(),
        "resource_json");
  }
}
