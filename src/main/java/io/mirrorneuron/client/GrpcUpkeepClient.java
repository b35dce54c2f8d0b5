package io.mirrorneuron.client;

import io.mirrorneuron.port.node.DrainCancelled;
import io.mirrorneuron.port.node.DrainOrder;
import io.mirrorneuron.port.node.DrainReport;
import io.mirrorneuron.port.node.MaintenanceChange;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeUpkeep;
import io.mirrorneuron.port.node.Reconciliation;
import io.mirrorneuron.proto.cluster.v1.CancelNodeDrainRequest;
import io.mirrorneuron.proto.cluster.v1.ClusterServiceGrpcClient;
import io.mirrorneuron.proto.cluster.v1.DrainNodeRequest;
import io.mirrorneuron.proto.cluster.v1.GetNodeDrainStatusRequest;
import io.mirrorneuron.proto.cluster.v1.ReconcileNodeRequest;
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

  @Override
  public DrainReport drain(DrainOrder order) {
    DrainNodeRequest request =
        DrainNodeRequest.newBuilder()
            .setNodeName(text(order.node()))
            .setReason(order.reason())
            .setDeadlineMs(order.deadlineMs())
            .setDryRun(order.dryRun())
            .setIgnoreSystemJobs(order.ignoreSystemJobs())
            .build();
    return read(
        calls.call(ClusterServiceGrpcClient.DrainNode, request).getResultJson(), DrainReport.class);
  }

  @Override
  public DrainCancelled undrain(String node, String reason, boolean markEligible) {
    CancelNodeDrainRequest request =
        CancelNodeDrainRequest.newBuilder()
            .setNodeName(text(node))
            .setReason(text(reason))
            .setMarkEligible(markEligible)
            .build();
    return read(
        calls.call(ClusterServiceGrpcClient.CancelNodeDrain, request).getResultJson(),
        DrainCancelled.class);
  }

  @Override
  public Reconciliation reconcile(String node, String reason, boolean dryRun) {
    ReconcileNodeRequest request =
        ReconcileNodeRequest.newBuilder()
            .setNodeName(text(node))
            .setReason(text(reason))
            .setDryRun(dryRun)
            .build();
    return read(
        calls.call(ClusterServiceGrpcClient.ReconcileNode, request).getResultJson(),
        Reconciliation.class);
  }

  private static String text(String value) {
    return Objects.requireNonNullElse(value, "");
  }

  private static <T> T read(String json, Class<T> record) {
    return Json.read(json, record, "result_json");
  }
}
