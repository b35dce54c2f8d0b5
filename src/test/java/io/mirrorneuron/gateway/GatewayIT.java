package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayIT {
  private static final String MANIFEST = "{\"graph_id\":\"g\"}";

  @TempDir Path folder;
  private GatewayFixture gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = GatewayFixture.guarded(folder);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
  }

  @Test
  void aSubmittedJobCanBeRead() throws Exception {
    var submitted =
        gateway.post("/api/v1/jobs", Json.write(Json.object().put("manifest_json", MANIFEST)));
    assertThat(submitted.body())
        .isEqualTo("{\"id\":\"fake-1\",\"job_id\":\"fake-1\",\"status\":\"pending\"}");
    assertThat(submitted.statusCode()).isEqualTo(200);

    var read = gateway.get("/api/v1/jobs/fake-1");
    assertThat(read.statusCode()).isEqualTo(200);
    var detail = Json.parseObject(read.body(), "detail");
    assertThat(detail.at("/job/status").asText()).isEqualTo("running");
    assertThat(detail.at("/summary/event_count").asInt()).isEqualTo(4);
  }
}
