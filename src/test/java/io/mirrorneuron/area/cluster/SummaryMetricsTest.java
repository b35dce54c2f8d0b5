package io.mirrorneuron.area.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.cluster.ClusterVerticle.SummaryMetrics;
import io.mirrorneuron.wire.ClusterForm;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;

class SummaryMetricsTest {
  private static String text(String summary) throws JsonProcessingException {
    return SummaryMetrics.prometheus(ClusterForm.read((ObjectNode) Json.parse(summary))).toString();
  }

  @Test
  void jobsAndNodesAreCountedByStatusAndPoolsByNode() throws JsonProcessingException {
    assertThat(
            text(
                """
                {"jobs": [{"status": "running"}, {"status": "failed"}, {"status": "running"}],
                 "nodes": {"items": [{"name": "n1", "status": "healthy", "executor_pools":
                   {"default": {"capacity": 4, "in_use": 1, "available": 3, "queued": 7}}}]}}
                """))
        .isEqualTo(
            """
            # HELP mn_executor_pool_available Executor slots: available.
            # TYPE mn_executor_pool_available gauge
            mn_executor_pool_available{node="n1",pool="default"} 3.0
            # HELP mn_executor_pool_capacity Executor slots: capacity.
            # TYPE mn_executor_pool_capacity gauge
            mn_executor_pool_capacity{node="n1",pool="default"} 4.0
            # HELP mn_executor_pool_in_use Executor slots: in_use.
            # TYPE mn_executor_pool_in_use gauge
            mn_executor_pool_in_use{node="n1",pool="default"} 1.0
            # HELP mn_executor_pool_queued Executor slots: queued.
            # TYPE mn_executor_pool_queued gauge
            mn_executor_pool_queued{node="n1",pool="default"} 7.0
            # HELP mn_jobs Jobs by status.
            # TYPE mn_jobs gauge
            mn_jobs{status="failed"} 1.0
            mn_jobs{status="running"} 2.0
            # HELP mn_nodes Nodes by status.
            # TYPE mn_nodes gauge
            mn_nodes{status="healthy"} 1.0
            """);
  }

  @Test
  void timesAtWhichSchedulesMadeNoJobAreCountedByNode() throws JsonProcessingException {
    assertThat(
            text(
                """
                {"nodes": [{"name": "n1", "schedule_times": {"missed": 2, "blocked": 0}},
                           {"name": "n2"}]}
                """))
        .contains(
            "# TYPE mn_schedule_times_total counter",
            "mn_schedule_times_total{node=\"n1\",outcome=\"missed\"} 2.0",
            "mn_schedule_times_total{node=\"n1\",outcome=\"blocked\"} 0.0")
        .doesNotContain("n2");
  }

  @Test
  void whatOthersNameMayHoldAnyCharacter() throws JsonProcessingException {
    assertThat(text("{\"jobs\": [{\"status\": \"a\\\"b\\\\c\\nd é\"}]}"))
        .contains("mn_jobs{status=\"a\\\"b\\\\c\\nd é\"} 1.0");
  }

  @Test
  void aSummaryThatTellsNothingHasNoMetrics() throws JsonProcessingException {
    assertThat(text("{}")).isEmpty();
  }

  @Test
  void nodesOfOneNameAreToldOnce() throws JsonProcessingException {
    String node = "{\"name\": \"n\", \"executor_pools\": {\"p\": {\"capacity\": 2}}}";
    assertThat(text("{\"nodes\": [" + node + "," + node + "]}"))
        .contains("mn_executor_pool_capacity{node=\"n\",pool=\"p\"} 2.0");
  }
}
