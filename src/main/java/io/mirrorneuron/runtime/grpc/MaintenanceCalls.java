package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeMembers.Member;
import io.mirrorneuron.port.node.NodeMembers.NewNode;
import io.mirrorneuron.proto.cluster.v1.AddNodeRequest;
import io.mirrorneuron.proto.cluster.v1.AddNodeResponse;
import io.mirrorneuron.proto.cluster.v1.CancelNodeDrainRequest;
import io.mirrorneuron.proto.cluster.v1.CancelNodeDrainResponse;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.cluster.v1.DrainNodeRequest;
import io.mirrorneuron.proto.cluster.v1.DrainNodeResponse;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusRequest;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusResponse;
import io.mirrorneuron.proto.cluster.v1.ReconcileNodeRequest;
import io.mirrorneuron.proto.cluster.v1.ReconcileNodeResponse;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeRequest;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeResponse;
import io.mirrorneuron.proto.cluster.v1.SetNodeMaintenanceRequest;
import io.mirrorneuron.proto.cluster.v1.SetNodeMaintenanceResponse;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import java.util.Objects;

/** Calls about the cluster's members, and which of them take work. */
record MaintenanceCalls(NodeMaintenance nodes, NodeMembers members) {

  CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(ClusterServiceGrpcService.AddNode, this::add)
        .unary(ClusterServiceGrpcService.RemoveNode, this::remove)
        .unary(ClusterServiceGrpcService.ReconcileNode, this::reconcile)
        .unary(ClusterServiceGrpcService.DrainNode, this::drain)
        .unary(ClusterServiceGrpcService.CancelNodeDrain, this::undrain)
        .unary(ClusterServiceGrpcService.SetNodeMaintenance, this::maintain)
        .unary(ClusterServiceGrpcService.GetNodeDrainStatus, this::status);
  }

  private AddNodeResponse add(AddNodeRequest request, Call call) {
    String address = Objects.toString(call.metadata().get(GrpcMetadata.NODE_ADDRESS), "");
    Member added = members.add(new NewNode(request.getNodeName(), request.getToken(), address));
    return AddNodeResponse.newBuilder().setNodeName(added.node()).setStatus(added.status()).build();
  }

  private RemoveNodeResponse remove(RemoveNodeRequest request) {
    Member removed = members.remove(request.getNodeName());
    return RemoveNodeResponse.newBuilder()
        .setNodeName(removed.node())
        .setStatus(removed.status())
        .build();
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
