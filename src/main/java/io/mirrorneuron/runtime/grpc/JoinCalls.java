package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.port.node.NodeMembers.Offer;
import io.mirrorneuron.proto.node.v1.IdentifyAnswer;
import io.mirrorneuron.proto.node.v1.IdentifyRequest;
import io.mirrorneuron.proto.node.v1.JoinAnswer;
import io.mirrorneuron.proto.node.v1.JoinRequest;
import io.mirrorneuron.proto.node.v1.LeaveAnswer;
import io.mirrorneuron.proto.node.v1.LeaveRequest;
import io.mirrorneuron.proto.node.v1.NodeServiceGrpcService;
import io.mirrorneuron.runtime.join.ClusterJoin;

/** Membership calls of other nodes; they carry a join token in the message. */
record JoinCalls(ClusterJoin service, WrongTokens tokens) {

  CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(NodeServiceGrpcService.Join, this::join)
        .unary(NodeServiceGrpcService.Identify, this::identify)
        .unary(NodeServiceGrpcService.Leave, this::leave);
  }

  private IdentifyAnswer identify(IdentifyRequest request, Call call) {
    tokens.check(service.invitations(), request.getToken(), call.source());
    return IdentifyAnswer.newBuilder().setOwner(service.owner()).build();
  }

  private JoinAnswer join(JoinRequest request, Call call) {
    tokens.check(service.invitations(), request.getToken(), call.source());
    service.join(
        request.getNodeName(),
        new Offer(
            request.getMain(),
            request.getVersion(),
            request.getRedisUrl(),
            request.getNamespace(),
            request.getJoinToken()));
    return JoinAnswer.newBuilder().setOwner(service.owner()).build();
  }

  private LeaveAnswer leave(LeaveRequest request, Call call) {
    tokens.check(service.invitations(), request.getToken(), call.source());
    service.leave(request.getNodeName());
    return LeaveAnswer.getDefaultInstance();
  }
}
