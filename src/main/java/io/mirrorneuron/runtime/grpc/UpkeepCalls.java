package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.port.upkeep.NodeUpkeep;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusRequest;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusResponse;
import io.mirrorneuron.proto.cluster.v1.SetNodeMaintenanceRequest;
import io.mirrorneuron.proto.cluster.v1.SetNodeMaintenanceResponse;
import io.mirrorneuron.wire.Json;

/** The calls about which nodes take work. */
record UpkeepCalls(NodeUpkeep nodes) {

  CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(ClusterServiceGrpcService.SetNodeMaintenance, this::maintain)
        .unary(ClusterServiceGrpcService.GetNodeDrainStatus, this::status);
  }

  private SetNodeMaintenanceResponse maintain(SetNodeMaintenanceRequest request) {
    return SetNodeMaintenanceResponse.newBuilder()
        .setResultJson(
            Json.write(
                nodes.maintain(request.getNodeName(), request.getEnabled(), request.getReason())))
        .build();
  }

  private GetNodeDrainStatusResponse status(GetNodeDrainStatusRequest request) {
    return GetNodeDrainStatusResponse.newBuilder()
        .setResultJson(Json.write(nodes.status(request.getNodeName())))
        .build();
  }
}
