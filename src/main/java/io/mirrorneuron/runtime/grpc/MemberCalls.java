package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.port.join.NodeMembers;
import io.mirrorneuron.port.join.NodeMembers.Member;
import io.mirrorneuron.port.join.NodeMembers.NewNode;
import io.mirrorneuron.proto.cluster.v1.AddNodeRequest;
import io.mirrorneuron.proto.cluster.v1.AddNodeResponse;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcService;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeRequest;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeResponse;
import io.mirrorneuron.wire.GrpcMetadata;
import java.util.Objects;

/** The calls about which nodes belong to the cluster. */
record MemberCalls(NodeMembers members) {

  CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(ClusterServiceGrpcService.AddNode, this::add)
        .unary(ClusterServiceGrpcService.RemoveNode, this::remove);
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
}
