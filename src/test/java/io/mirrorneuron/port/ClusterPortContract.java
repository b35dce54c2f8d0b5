package io.mirrorneuron.port;

import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.MaintenanceChange;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link ClusterPort} promises, wherever the runtime is; see {@link JobsPortContract}. */
public interface ClusterPortContract {
  /** Of a runtime that has one node, all limits at 100. */
  ClusterPort cluster();

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  default void theSummaryTellsOfNodesJobsAndCounts() {
    ObjectNode summary = tree(cluster().summary());

    assertThat(names(summary)).contains("nodes", "jobs", "metrics");
    ClusterNode reported = cluster().summary().nodes().getFirst();
    assertThat(reported.name()).startsWith("mirror_neuron@");
    assertThat(reported.status()).isEqualTo("healthy");
    assertThat(reported.takesWork()).isTrue();
    assertThat(reported.pools().get("default").capacity()).isPositive();
    assertThat(cluster().summary().nodeStatuses()).containsExactly("healthy");
    JsonNode node = summary.at("/nodes/0");
    assertThat(node.path("self?").asBoolean()).isTrue();
    assertThat(node.path("connected_nodes").isArray()).isTrue();
    assertThat(names(node.at("/executor_pools/default")))
        .containsExactlyInAnyOrder("capacity", "in_use", "available", "queued", "active");
    assertThat(summary.path("jobs").isArray()).isTrue();
    assertThat(summary.at("/metrics/jobs/total").isIntegralNumber()).isTrue();
    assertThat(summary.at("/metrics/jobs/by_status").isObject()).isTrue();
    assertThat(summary.at("/metrics/nodes/total").asInt()).isEqualTo(1);
  }

  @Test
  default void theOverviewTellsOfNodesAndCountsAndOfNoJob() {
    ObjectNode overview = tree(cluster().overview());

    assertThat(names(overview)).containsExactlyInAnyOrder("nodes", "metrics");
    assertThat(overview.at("/metrics/jobs"))
        .isEqualTo(tree(cluster().summary()).at("/metrics/jobs"));
    assertThat(cluster().overview().jobCounts()).isEqualTo(cluster().summary().jobCounts());
    assertThat(cluster().overview().nodes().getFirst().name())
        .isEqualTo(cluster().summary().nodes().getFirst().name());
  }

  @Test
  default void theReportTellsWhatThereIsAndWhatMayBeUsed() {
    ObjectNode report = tree(cluster().resource());

    assertThat(names(report))
        .contains("mode", "node_count", "limits", "combined", "totals", "usable", "nodes");
    assertThat(report.path("mode").asText()).isEqualTo("single_node");
    assertThat(report.path("node_count").asInt()).isEqualTo(1);
    assertThat(report.path("nodes")).hasSize(1);
    for (String name : List.of("cpu", "gpu", "memory", "disk")) {
      assertThat(report.path("limits").path(name).asInt()).as(name).isEqualTo(100);
    }
  }

  @Test
  default void aLimitIsSetAndTheOthersStay() {
    ObjectNode report =
        tree(cluster().setResource(Json.object().put("cpu", 50).put("memory", "75")));

    assertThat(report.at("/limits/cpu").asInt()).isEqualTo(50);
    assertThat(report.at("/limits/memory").asInt()).isEqualTo(75);
    assertThat(report.at("/limits/gpu").asInt()).isEqualTo(100);
    assertThat(tree(cluster().resource()).path("limits")).isEqualTo(report.path("limits"));
    cluster().setResource(Json.object().put("cpu", 100).put("memory", 100));
    assertThat(tree(cluster().resource()).at("/limits/cpu").asInt()).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"ram\":50}",
        "{\"cpu\":51}",
        "{\"cpu\":0}",
        "{\"cpu\":null}",
        "{\"cpu\":[50]}",
        "{\"cpu\":50.0}",
        "{\"gpu\":50,\"cpu\":\"much\"}"
      })
  default void whatIsNoLimitChangesNothing(String limits) throws Exception {
    ObjectNode before = tree(cluster().resource());

    assertThatThrownBy(() -> cluster().setResource(Json.parseObject(limits, "limits")))
        .isInstanceOfSatisfying(
            MnException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.INVALID);
              assertThat(failure.error()).isEqualTo("invalid_argument");
            });

    assertThat(tree(cluster().resource()).path("limits")).isEqualTo(before.path("limits"));
  }

  @Test
  default void aNodeInMaintenanceTakesNoWorkUntilThatEnds() {
    NodeMaintenance upkeep = cluster().upkeep();
    String node = cluster().overview().nodes().getFirst().name();
    MaintenanceChange on = upkeep.maintain(node, true, "disk");

    assertThat(on.status()).isEqualTo(NodeCondition.MAINTENANCE);
    assertThat(on.maintenance().reason()).isEqualTo("disk");
    assertThat(upkeep.status(node).schedulingEligible()).isFalse();
    MaintenanceChange off = upkeep.maintain(node, false, null);
    assertThat(off.schedulingEligible()).isTrue();
    assertThat(upkeep.status(node).status()).isEqualTo(NodeCondition.HEALTHY);
  }

  @Test
  default void aNodeThatNobodyHasHeardOfIsUnknown() {
    NodeMaintenance upkeep = cluster().upkeep();
    String nobody = "mirror_neuron@nobody";

    assertThat(upkeep.status(nobody).status()).isEqualTo(NodeCondition.UNKNOWN);
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> upkeep.maintain(nobody, true, null))
        .extracting(MnException::code)
        .isEqualTo(ErrorCode.NOT_FOUND);
  }
}
