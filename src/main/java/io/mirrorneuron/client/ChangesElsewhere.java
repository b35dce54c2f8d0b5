package io.mirrorneuron.client;

import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.proto.node.v1.NodeServiceGrpcClient;
import io.mirrorneuron.proto.node.v1.PlayRequest;
import io.mirrorneuron.proto.node.v1.RedefineRequest;
import io.mirrorneuron.proto.node.v1.RetireRequest;
import java.util.Set;

/** What deployments have done to the jobs of another node. */
record ChangesElsewhere(GrpcCalls calls) implements AgentChanges {
  @Override
  public String redefine(String jobId, String order) {
    RedefineRequest request =
        RedefineRequest.newBuilder().setJobId(jobId).setOrderJson(order).build();
    return calls.call(NodeServiceGrpcClient.Redefine, request).getStatus();
  }

  @Override
  public String play(String jobId, String role) {
    PlayRequest request = PlayRequest.newBuilder().setJobId(jobId).setRole(role).build();
    return calls.call(NodeServiceGrpcClient.Play, request).getStatus();
  }

  @Override
  public String retire(String jobId, Set<String> spared, String reason) {
    RetireRequest request =
        RetireRequest.newBuilder().setJobId(jobId).addAllSpared(spared).setReason(reason).build();
    return calls.call(NodeServiceGrpcClient.Retire, request).getStatus();
  }
}
