package io.mirrorneuron.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.CapacityReport;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeUpkeep;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.GetResourceRequest;
import io.mirrorneuron.proto.cluster.v1.GetSystemSummaryRequest;
import io.mirrorneuron.proto.cluster.v1.SetResourceRequest;
import io.mirrorneuron.proto.ext.v1.GetMetricsRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcClient;
import io.mirrorneuron.wire.ClusterForm;
import io.mirrorneuron.wire.Json;

/** {@link ClusterPort} of a runtime behind gRPC. */
final class GrpcClusterClient implements ClusterPort {
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
      String overview = calls.call(RuntimeExtServiceGrpcClient.GetMetrics, request).getResultJson();
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
  public NodeUpkeep upkeep() {
    return new GrpcUpkeepClient(calls);
  }

  private static CapacityReport report(String json) {
    return new CapacityReport(Json.parseObject(json, "resource_json"));
  }
}
