package io.mirrorneuron.client;

import io.mirrorneuron.port.join.NodeMembers;
import io.mirrorneuron.proto.cluster.v1.AddNodeRequest;
import io.mirrorneuron.proto.cluster.v1.AddNodeResponse;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeRequest;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeResponse;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.MultiMap;

/** {@link NodeMembers} of a runtime behind gRPC. */
record GrpcMembersClient(GrpcCalls calls) implements NodeMembers {
  @Override
  public Member add(NewNode node) {
    AddNodeRequest request =
        AddNodeRequest.newBuilder().setNodeName(node.name()).setToken(node.token()).build();
    MultiMap metadata = MultiMap.caseInsensitiveMultiMap();
    if (!node.address().isEmpty()) {
      metadata.set(GrpcMetadata.NODE_ADDRESS, node.address());
    }
    AddNodeResponse answer = calls.call(ClusterServiceGrpcClient.AddNode, request, metadata);
    return new Member(answer.getNodeName(), answer.getStatus());
  }

  @Override
  public Member remove(String name) {
    RemoveNodeRequest request = RemoveNodeRequest.newBuilder().setNodeName(name).build();
    RemoveNodeResponse answer = calls.call(ClusterServiceGrpcClient.RemoveNode, request);
    return new Member(answer.getNodeName(), answer.getStatus());
  }
}
