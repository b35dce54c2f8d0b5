package io.mirrorneuron.area.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.wire.ClusterForm;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;

class CensusTest {
  private static ClusterSummary summary(String json) {
    return ClusterForm.read(json(json));
  }

  /** As a client reads it. */
  private static ObjectNode read(JsonNode answer) {
    return json(answer.toString());
  }

  private static ObjectNode json(String json) {
    return Json.parseObject(json, "summary");
  }

  @Test
  void jobsAreCountedByStatusHoweverTheyAreListed() {
    for (String jobs :
        new String[] {
          "[{\"status\":\"running\"},{\"state\":\"completed\"},{\"health\":{\"status\":\"odd\"}},{}]",
          "{\"data\":[{\"status\":\"running\"},{\"status\":\"completed\"},{\"status\":\"odd\"},1]}",
          "{\"items\":[{\"status\":\"running\"},{\"status\":\"completed\"},{\"status\":\"odd\"},1]}"
        }) {
      assertThat(read(Census.jobs(summary("{\"jobs\":" + jobs + "}"))))
          .isEqualTo(
              json(
                  "{\"available\":true,\"total\":4,"
                      + "\"by_status\":{\"completed\":1,\"odd\":1,\"running\":1,\"unknown\":1},"
                      + "\"active\":3,\"active_by_status\":{\"odd\":1,\"running\":1,\"unknown\":1}}"));
    }
  }

  @Test
  void whatTheRuntimeCountedGoesBeforeItsRows() {
    ClusterSummary summary =
        summary(
            "{\"jobs\":[{\"status\":\"running\"}],\"jobs_truncated\":true,\"metrics\":"
                + "{\"jobs\":{\"total\":5000,\"by_status\":{\"running\":4000,\"failed\":1000}}}}");

    assertThat(read(Census.jobs(summary)))
        .isEqualTo(
            json(
                "{\"available\":true,\"total\":5000,"
                    + "\"by_status\":{\"failed\":1000,\"running\":4000},"
                    + "\"active\":4000,\"active_by_status\":{\"running\":4000}}"));
  }

  @Test
  void whatCannotBeHadIsNotCounted() {
    assertThat(Census.jobs(null))
        .isEqualTo(
            json(
                "{\"available\":false,\"total\":null,\"by_status\":{},"
                    + "\"active\":null,\"active_by_status\":{}}"));
    assertThat(Census.nodes(null))
        .isEqualTo(json("{\"available\":false,\"total\":null,\"by_status\":{},\"items\":[]}"));
  }

  @Test
  void metricsOfTheRuntimeGoBeforeCounts() {
    assertThat(Census.metrics(summary("{\"metrics\":{\"a\":1},\"jobs\":[]}")))
        .isEqualTo(json("{\"a\":1}"));
    assertThat(read(Census.metrics(summary("{\"jobs\":[{\"status\":\"running\"}]}"))))
        .isEqualTo(
            json(
                "{\"jobs\":{\"total\":1,\"by_status\":{\"running\":1}},"
                    + "\"nodes\":{\"total\":0},\"source\":\"system_summary\"}"));
  }
}
