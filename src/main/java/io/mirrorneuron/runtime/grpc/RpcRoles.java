package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.security.Auth.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The role that each call needs: that of the REST operation of the same name. A call that is not
 * listed is always refused, and a server with such a call does not start.
 */
final class RpcRoles {
  /**
   * Calls without a role: made before a caller can have a token; handshake, join and leave carry a
   * join token in their body.
   */
  static final Set<String> OPEN =
      Set.of("NetworkHandshake", "Join", "Identify", "Leave", "Check", "List", "Watch");

  /** Calls of other nodes, with the token of nodes. */
  static final Set<String> OF_NODES = Set.of("Read", "Fetch", "Redefine", "Play", "Retire");

  private static final Map<String, Role> ROLES = new HashMap<>();

  static {
    add(
        Role.VIEWER,
        "GetSystemSummary",
        "GetResource",
        "GetMetrics",
        "GetNodeDrainStatus",
        "ListServices",
        "ResolveService",
        "GetJob",
        "ListJobs",
        "ExplainJob",
        "ListDeadLetters",
        "StreamEvents",
        "GetDeployment",
        "ListDeployments",
        "ListDeploymentVersions",
        "GetSchedule",
        "ListSchedules",
        "ListTriggerEvents",
        "GetOperation",
        "StreamOperationEvents",
        "ListScheduleVersions",
        "PreviewSchedule");
    add(
        Role.OPERATOR,
        "SubmitJob",
        "ValidateJob",
        "PlanJob",
        "CancelJob",
        "CancelAllJobs",
        "StartOperation",
        "PauseJob",
        "ResumeJob",
        "DrainJob",
        "ForkJob",
        "SendMessage",
        "ReplayDeadLetter",
        "DecideRequest",
        "ExportJobBackup",
        "RestoreJobBackup",
        "CheckServices",
        "DeployJob",
        "PlanDeployment",
        "DeployPlanned",
        "UpdateDeployment",
        "PromoteDeployment",
        "RollbackDeployment",
        "PauseDeployment",
        "ResumeDeployment",
        "FailDeployment",
        "CreateSchedule",
        "UpdateSchedule",
        "PauseSchedule",
        "ResumeSchedule",
        "DeleteSchedule",
        "DispatchSchedule",
        "ApplySchedule",
        "RollBackSchedule",
        "BackfillSchedule",
        "CancelBackfill",
        "ListWebhooks",
        "CreateWebhook",
        "GetWebhook",
        "UpdateWebhook",
        "RotateWebhook",
        "EnableWebhook",
        "DeleteWebhook",
        "ListWebhookDeliveries",
        "ReplayWebhookDeliveries",
        "ReceiveHook",
        "EmitTriggerEvent");
    add(
        Role.ADMIN,
        "SetResource",
        "ClearJobs",
        "AddNode",
        "RemoveNode",
        "ReconcileNode",
        "DrainNode",
        "CancelNodeDrain",
        "SetNodeMaintenance");
  }

  private RpcRoles() {}

  private static void add(Role role, String... calls) {
    List.of(calls).forEach(call -> ROLES.put(call, role));
  }

  static boolean isKnown(String call) {
    return OPEN.contains(call) || OF_NODES.contains(call) || ROLES.containsKey(call);
  }

  /** Null for open and for unlisted calls. */
  static Role of(String call) {
    return ROLES.get(call);
  }
}
