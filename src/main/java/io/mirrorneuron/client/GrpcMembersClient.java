package io.mirrorneuron.client;

import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.node.Greeting;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.proto.cluster.v1.AddNodeRequest;
import io.mirrorneuron.proto.cluster.v1.AddNodeResponse;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeRequest;
import io.mirrorneuron.proto.cluster.v1.RemoveNodeResponse;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.SelfNode;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.function.Supplier;

/** {@link NodeMembers} of a runtime behind gRPC. */
record GrpcMembersClient(GrpcCalls calls, OtherServers others, Supplier<ClusterSummary> overview)
    implements NodeMembers {

  /** This process asks that node itself, and the runtime is asked to add it then. */
  @Override
  public Greeting greet(String address, String token) {
    try (GrpcCalls there = others.at(address)) {
      return Greetings.ask(there, "", token);
    }
  }

  @Override
  public List<Integer> ports() {
    return others.ports();
  }

  @Override
  public String self() {
    return SelfNode.name(overview.get());
  }

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
