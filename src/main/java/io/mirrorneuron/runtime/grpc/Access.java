package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.Set;

/**
 * Who may call what. Some calls need the operator token; a node that only offers capacity answers
 * next to none. Tokens inside request bodies are checked by the calls that carry them.
 */
record Access(Secret operatorToken, boolean networkOnly) {
  private static final Set<String> OPERATOR_CALLS =
      Set.of(
          "PauseJob",
          "ResumeJob",
          "ExportJobBackup",
          "RestoreJobBackup",
          "ReconcileNode",
          "DrainNode",
          "CancelNodeDrain",
          "SetNodeMaintenance",
          "GetNodeDrainStatus",
          "ListServices",
          "ResolveService",
          "CheckServices",
          "ReplayDeadLetter",
          "SendMessage",
          "DrainJob",
          "ForkJob");

  private static final Set<String> NETWORK_ONLY_CALLS =
      Set.of("NetworkHandshake", "GetSystemSummary", "GetResource", "Check", "List", "Watch");

  static Access of(Config.Grpc config) {
    return new Access(config.authToken(), config.networkOnly());
  }

  /**
   * @param authorization the metadata value, or null
   */
  void check(String call, String authorization) {
    if (networkOnly && !NETWORK_ONLY_CALLS.contains(call)) {
      throw new MnException(
          ErrorCode.FORBIDDEN, "forbidden", call + " is disabled while MN_NETWORK_ONLY=true");
    }
    if (OPERATOR_CALLS.contains(call)) {
      requireOperator(authorization);
    }
  }

  private void requireOperator(String authorization) {
    if (!operatorToken.isSet()) {
      throw unauthenticated(
          "MN_GRPC_AUTH_TOKEN must be set before protected gRPC RPCs can be used");
    }
    if (!operatorToken.matches(token(authorization))) {
      throw unauthenticated("gRPC auth token is required for this RPC");
    }
  }

  /** The token of {@code Bearer <token>}, in any letter case, or of a bare {@code <token>}. */
  private static String token(String authorization) {
    if (authorization == null) {
      return null;
    }
    String value = authorization.strip();
    return value.regionMatches(true, 0, "bearer ", 0, 7) ? value.substring(7).strip() : value;
  }

  private static MnException unauthenticated(String message) {
    return new MnException(ErrorCode.UNAUTHENTICATED, "unauthenticated", message);
  }
}
