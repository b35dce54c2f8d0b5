package io.mirrorneuron.client;

import io.mirrorneuron.port.upkeep.MaintenanceChange;
import io.mirrorneuron.port.upkeep.NodeReport;
import io.mirrorneuron.port.upkeep.NodeUpkeep;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusRequest;
import io.mirrorneuron.proto.cluster.v1.SetNodeMaintenanceRequest;
import io.mirrorneuron.wire.Json;
import java.util.Objects;

/** {@link NodeUpkeep} of a runtime behind gRPC. */
record GrpcUpkeepClient(GrpcCalls calls) implements NodeUpkeep {
  @Override
  public NodeReport status(String node) {
    GetNodeDrainStatusRequest request =
        GetNodeDrainStatusRequest.newBuilder().setNodeName(text(node)).build();
    return read(
        calls.call(ClusterServiceGrpcClient.GetNodeDrainStatus, request).getResultJson(),
        NodeReport.class);
  }

  @Override
  public MaintenanceChange maintain(String node, boolean enabled, String reason) {
    SetNodeMaintenanceRequest request =
        SetNodeMaintenanceRequest.newBuilder()
            .setNodeName(text(node))
            .setEnabled(enabled)
            .setReason(text(reason))
            .build();
    return read(
        calls.call(ClusterServiceGrpcClient.SetNodeMaintenance, request).getResultJson(),
        MaintenanceChange.class);
  }

  private static String text(String value) {
    return Objects.requireNonNullElse(value, "");
  }

  private static <T> T read(String json, Class<T> record) {
    return Json.read(json, record, "result_json");
  }
}
