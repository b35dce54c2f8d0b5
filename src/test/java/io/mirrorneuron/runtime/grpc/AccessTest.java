package io.mirrorneuron.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
  private static final Access OPEN_NODE = new Access(new Secret("s3cret"), false);

  @ParameterizedTest
  @ValueSource(
      strings = {
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
        "CheckServices"
      })
  void operatorCallsNeedTheToken(String call) {
    assertThatThrownBy(() -> OPEN_NODE.check(call, null))
        .hasMessage("gRPC auth token is required for this RPC")
        .extracting(thrown -> ((MnException) thrown).code())
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThatThrownBy(() -> OPEN_NODE.check(call, "Bearer wrong"))
        .hasMessage("gRPC auth token is required for this RPC");
    assertThatCode(() -> OPEN_NODE.check(call, "Bearer s3cret")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SubmitJob",
        "GetJob",
        "ListJobs",
        "CancelJob",
        "ClearJobs",
        "DeployJob",
        "CreateSchedule",
        "EmitTriggerEvent",
        "GetSystemSummary",
        "GetResource",
        "SetResource",
        "AddNode",
        "RemoveNode",
        "NetworkHandshake",
        "StreamEvents"
      })
  void theOthersAreOpen(String call) {
    assertThatCode(() -> OPEN_NODE.check(call, null)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer s3cret", "bearer s3cret", "BEARER   s3cret ", "s3cret"})
  void theSchemeIsLenient(String authorization) {
    assertThatCode(() -> OPEN_NODE.check("PauseJob", authorization)).doesNotThrowAnyException();
  }

  @Test
  void withoutAConfiguredTokenOperatorCallsAreRefusedNotOpened() {
    assertThatThrownBy(() -> new Access(Secret.NONE, false).check("PauseJob", "Bearer x"))
        .hasMessage("MN_GRPC_AUTH_TOKEN must be set before protected gRPC RPCs can be used");
  }

  @Test
  void aNetworkOnlyNodeRefusesBeforeItLooksAtTokens() {
    Access node = new Access(new Secret("s3cret"), true);
    assertThatThrownBy(() -> node.check("PauseJob", null))
        .hasMessage("PauseJob is disabled while MN_NETWORK_ONLY=true")
        .extracting(thrown -> ((MnException) thrown).code())
        .isEqualTo(ErrorCode.FORBIDDEN);
    for (String call : new String[] {"NetworkHandshake", "GetSystemSummary", "GetResource"}) {
      assertThatCode(() -> node.check(call, null)).doesNotThrowAnyException();
    }
  }
}
