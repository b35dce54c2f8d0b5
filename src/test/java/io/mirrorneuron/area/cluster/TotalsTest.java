package io.mirrorneuron.area.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.cluster.ClusterVerticle.Totals;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;

class TotalsTest {
  private static ObjectNode enriched(String report) {
    return Totals.enrich(new CapacityReport(Json.parseObject(report, "report")));
  }

  @Test
  void everyNumberIsThereInBothOfItsUnits() {
    ObjectNode totals =
        (ObjectNode)
            enriched(
                    "{\"totals\":{\"cpu_cores\":\"4\",\"gpu_memory_total_mb\":2048,\"memory_gb\":7.456}}")
                .get("totals");

    assertThat(totals.path("cpu_cores").asInt()).isEqualTo(4);
    assertThat(totals.path("gpu_count").asInt()).isZero();
    assertThat(totals.path("gpu_memory_total_gb").asDouble()).isEqualTo(2);
    assertThat(totals.path("memory_gb").asDouble()).isEqualTo(7.46);
    assertThat(totals.path("memory_total_gb").asDouble()).isEqualTo(7.46);
    assertThat(totals.path("disk_gb").asDouble()).isZero();
  }

  @Test
  void whatIsNoNumberCountsNothing() {
    ObjectNode report = enriched("{\"totals\":{\"cpu_cores\":true,\"disk_gb\":\"NaN\"}}");

    assertThat(report.at("/totals/cpu_cores").asInt()).isZero();
    assertThat(report.at("/totals/disk_gb").asDouble()).isZero();
  }

  @Test
  void totalsAreTheCombinedOnesWhereThereAreNoOthers() {
    ObjectNode report = enriched("{\"totals\":{\"cpu_cores\":2},\"nodes\":[{\"cpu_cores\":9}]}");

    assertThat(report.get("combined")).isEqualTo(report.get("totals"));
  }

  @Test
  void withoutTotalsTheNodesAreAddedUp() {
    ObjectNode report =
        enriched("{\"nodes\":[{\"cpu_cores\":2,\"memory_gb\":1.5},{\"cpu_cores\":3},\"odd\"]}");

    assertThat(report.at("/combined/cpu_cores").asInt()).isEqualTo(5);
    assertThat(report.at("/combined/memory_total_gb").asDouble()).isEqualTo(1.5);
  }

  @Test
  void aReportWithNeitherIsLeftAlone() {
    assertThat(enriched("{}").isEmpty()).isTrue();
  }
}
