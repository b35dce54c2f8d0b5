package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.WithGuardedGateway;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The list of jobs over HTTP. */
class JobListIT extends WithGuardedGateway {
  private JsonNode list(String query) throws Exception {
    var answer = gateway.get("/api/v1/jobs" + query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parse(answer.body());
  }

  private List<String> ids(String query) throws Exception {
    return list(query).findValuesAsText("job_id");
  }

  @Test
  void jobsAreListedInPagesAndByWhatTheyAre() throws Exception {
    List<String> made = new ArrayList<>();
    for (String name : List.of("one", "two", "two")) {
      String body = "{\"manifest_json\":{\"graph_id\":\"%s\",\"job_name\":\"%s\"}}";
      String reported = gateway.post("/api/v1/jobs", body.formatted(name, name)).body();
      made.addFirst(Json.parse(reported).path("job_id").asText());
    }
    gateway.jobs.finish(made.getFirst(), "failed");

    JsonNode first = list("?limit=2");
    assertThat(first.findValuesAsText("job_id")).isEqualTo(made.subList(0, 2));
    JsonNode second = list("?limit=2&cursor=" + first.path("next").asText());
    assertThat(second.findValuesAsText("job_id")).isEqualTo(made.subList(2, 3));
    assertThat(second.has("next")).isFalse();

    assertThat(ids("?status=failed")).containsExactly(made.getFirst());
    assertThat(ids("?name=two")).isEqualTo(made.subList(0, 2));
    assertThat(ids("?q=" + made.getLast())).containsExactly(made.getLast());
    assertThat(ids("?created_after=2026-01-02")).hasSize(3);
    assertThat(ids("?created_after=2126-01-02T00:00:00Z")).isEmpty();
    assertThat(ids("?name=two&include_terminal=false")).containsExactly(made.get(1));
    assertThat(gateway.get("/api/v1/jobs?created_after=soon").body())
        .contains("created_after must be a time");
    assertThat(gateway.get("/api/v1/jobs?cursor=x").statusCode()).isEqualTo(422);
  }
}
