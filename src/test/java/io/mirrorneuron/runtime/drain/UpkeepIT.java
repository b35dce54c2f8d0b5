package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.client.Clients;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainCancelled;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.MaintenanceChange;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The upkeep of two nodes on one Redis, over gRPC. */
@Whole
class UpkeepIT {
  private static final String TWO = "mirror_neuron@two";

  @TempDir static Path folder;
  private static RuntimeFixture one;
  private static RuntimeFixture two;
  private static GrpcRuntime endpoint;
  private static Clients clients;
  private static NodeMaintenance upkeep;

  @BeforeAll
  static void start() {
    one = new RuntimeFixture(folder.resolve("one"));
    two = RuntimeFixture.beside(one, folder.resolve("two"), Map.of("MN_NODE_NAME", TWO));
    endpoint = GrpcRuntime.before(one);
    clients = endpoint.connect();
    upkeep = clients.cluster().upkeep();
    Eventually.eventually(
        "the other node lives", () -> upkeep.status(TWO).status() == NodeCondition.HEALTHY);
  }

  @AfterAll
  static void stop() {
    clients.close();
    endpoint.close();
    two.close();
    one.close();
  }

  @Test
  void maintenanceIsSeenByAllNodesAndEndsWhenItIsTold() {
    MaintenanceChange on = upkeep.maintain(TWO, true, "a new disk");

    assertThat(on.status()).isEqualTo(NodeCondition.MAINTENANCE);
    assertThat(on.schedulingEligible()).isFalse();
    assertThat(on.maintenance().reason()).isEqualTo("a new disk");
    NodeReport seen = two.runtime().upkeep().status(TWO);
    assertThat(seen.status()).isEqualTo(NodeCondition.MAINTENANCE);
    assertThat(seen.nodeState().self()).isTrue();
    assertThat(Json.write(seen)).contains("\"drain\":{}");

    assertThat(clients.cluster().overview().json().toString()).doesNotContain("\"reason\"");
    upkeep.maintain("mirror_neuron@test", true, "mine");
    assertThat(clients.cluster().overview().nodeDocuments().get(0).toString())
        .contains("\"status\":\"maintenance\",\"scheduling_eligible\":false,\"drain\":null")
        .contains("\"reason\":\"mine\"");
    upkeep.maintain("mirror_neuron@test", false, "");

    MaintenanceChange off = upkeep.maintain(TWO, false, "");
    assertThat(off.status()).isEqualTo(NodeCondition.HEALTHY);
    assertThat(off.schedulingEligible()).isTrue();
    assertThat(off.maintenance().enabled()).isFalse();
    assertThat(off.maintenance().disabledAt()).isNotNull();
  }

  @Test
  void aNodeThatNobodyHasHeardOfIsUnknownAndCannotBeChanged() {
    NodeReport report = upkeep.status("mirror_neuron@nobody");

    assertThat(Json.write(report))
        .startsWith(
            "{\"node\":\"mirror_neuron@nobody\",\"status\":\"unknown\","
                + "\"scheduling_eligible\":true,\"drain\":{},\"maintenance\":{}");
    MnException failure =
        catchThrowableOfType(
            MnException.class, () -> upkeep.maintain("mirror_neuron@nobody", true, ""));
    assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(failure).hasMessageContaining("there are mirror_neuron@test, " + TWO);
  }

  @Test
  void theEndOfADrainThatIsNoneChangesNothing() {
    DrainCancelled none = upkeep.undrain(TWO, "", false);
    assertThat(none.schedulingEligible()).isTrue();
    assertThat(none.wasDraining()).isFalse();
    assertThat(none.message()).isEqualTo("no drain was under way");
    assertThat(upkeep.status(TWO).status()).isEqualTo(NodeCondition.HEALTHY);
  }

  @Test
  void aNodeThatIsMadeEligibleIsInMaintenanceNoMore() {
    upkeep.maintain(TWO, true, "a new disk");
    upkeep.undrain(TWO, "", true);

    NodeReport after = upkeep.status(TWO);
    assertThat(after.status()).isEqualTo(NodeCondition.HEALTHY);
    assertThat(after.maintenance().enabled()).isFalse();
  }

  @Test
  void timesAndReasonsHaveBounds() {
    MnException year =
        catchThrowableOfType(
            MnException.class,
            () -> upkeep.drain(new DrainOrder(TWO, "", Long.MAX_VALUE, true, true)));
    assertThat(year.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(year).hasMessageContaining("deadline_ms");
    MnException reason =
        catchThrowableOfType(MnException.class, () -> upkeep.maintain(TWO, true, "x".repeat(1001)));
    assertThat(reason)
        .hasMessage("reason must have at most 1000 characters (Unicode code points), not 1001");
    String faces = "\uD83D\uDE00".repeat(1000);
    assertThat(upkeep.maintain(TWO, true, faces).reason()).isEqualTo(faces);
    upkeep.maintain(TWO, false, "");
    assertThat(upkeep.status(TWO).status()).isEqualTo(NodeCondition.HEALTHY);
  }

  @Test
  void ofANodeThatNeverWasNothingIsNotedWhenItIsTakenOut() {
    clients.cluster().members().remove("mirror_neuron@never");

    assertThat(upkeep.status("mirror_neuron@never").status()).isEqualTo(NodeCondition.UNKNOWN);
  }

  @Test
  void aNameNeedsAnAtSign() {
    MnException failure = catchThrowableOfType(MnException.class, () -> upkeep.status("two"));

    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
    assertThat(failure).hasMessage("node name must look like mirror_neuron@host");
  }

  @Test
  void aNodeThatWasTakenOutTakesNoNewJobsUntilItIsLetInAgain() {
    Submission job = Submission.of(SampleManifests.program("one", "true"));
    one.runtime().upkeep().members().disconnect(TWO);
    Eventually.eventually("it has heard of it", () -> refusal(job).contains("ask another one"));
    assertThat(one.jobs().submit(job).jobId()).isNotEmpty();
    for (boolean dryRun : new boolean[] {true, false}) {
      MnException drain =
          catchThrowableOfType(
              MnException.class, () -> upkeep.drain(new DrainOrder(TWO, "", 60_000, dryRun, true)));
      assertThat(drain.code()).isEqualTo(ErrorCode.PRECONDITION);
      assertThat(drain).hasMessageContaining("was taken out of the cluster; add it again first");
    }

    one.runtime().upkeep().members().readmit(TWO);
    Eventually.eventually("it takes jobs again", () -> refusal(job).isEmpty());
  }

  private static String refusal(Submission job) {
    try {
      two.jobs().submit(job);
      return "";
    } catch (MnException refused) {
      assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      return refused.getMessage();
    }
  }
}
