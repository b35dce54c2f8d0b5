package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.port.upkeep.DrainOrder;
import io.mirrorneuron.port.upkeep.NodeUpkeep;
import io.mirrorneuron.proto.cluster.v1.CancelNodeDrainRequest;
import io.mirrorneuron.proto.cluster.v1.CancelNodeDrainResponse;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.cluster.v1.DrainNodeRequest;
import io.mirrorneuron.proto.cluster.v1.DrainNodeResponse;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusRequest;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusResponse;
import io.mirrorneuron.proto.cluster.v1.ReconcileNodeRequest;
import io.mirrorneuron.proto.cluster.v1.ReconcileNodeResponse;
import io.mirrorneuron.proto.cluster.v1.SetNodeMaintenanceRequest;
import io.mirrorneuron.proto.cluster.v1.SetNodeMaintenanceResponse;
import io.mirrorneuron.wire.Json;

/** The calls about which nodes take work. */
record UpkeepCalls(NodeUpkeep nodes) {

  CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(ClusterServiceGrpcService.ReconcileNode, this::reconcile)
        .unary(ClusterServiceGrpcService.DrainNode, this::drain)
        .unary(ClusterServiceGrpcService.CancelNodeDrain, this::undrain)
        .unary(ClusterServiceGrpcService.SetNodeMaintenance, this::maintain)
        .unary(ClusterServiceGrpcService.GetNodeDrainStatus, this::status);
  }

  private ReconcileNodeResponse reconcile(ReconcileNodeRequest request) {
    return ReconcileNodeResponse.newBuilder()
        .setResultJson(
            Json.write(
                nodes.reconcile(request.getNodeName(), request.getReason(), request.getDryRun())))
        .build();
  }

  private DrainNodeResponse drain(DrainNodeRequest request) {
    DrainOrder order =
        new DrainOrder(
            request.getNodeName(),
            request.getReason(),
            request.getDeadlineMs(),
            request.getDryRun(),
            request.getIgnoreSystemJobs());
    return DrainNodeResponse.newBuilder().setResultJson(Json.write(nodes.drain(order))).build();
  }

  private CancelNodeDrainResponse undrain(CancelNodeDrainRequest request) {
    return CancelNodeDrainResponse.newBuilder()
        .setResultJson(
            Json.write(
                nodes.undrain(
                    request.getNodeName(), request.getReason(), request.getMarkEligible())))
        .build();
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
