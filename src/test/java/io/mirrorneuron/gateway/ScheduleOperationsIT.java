package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Schedules over HTTP, before schedules as they are. */
class ScheduleOperationsIT extends WithSharedGateway {
  private static final String NIGHTLY =
      """
      {"manifest": {"name": "nightly", "steps": []},
       "schedule": {"crons": ["30 2 * * *"], "timezone": "Europe/Berlin", "name": "nightly"}}\
      """;

  private JsonNode ok(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parse(answer.body());
  }

  private String created() throws Exception {
    JsonNode made = ok(gateway.post("/api/v1/schedules", NIGHTLY));
    assertThat(made.at("/source/api").asText()).isEqualTo("create_schedule");
    assertThat(made.at("/crons/0").asText()).isEqualTo("30 2 * * *");
    return made.at("/schedule_id").asText();
  }

  private HttpResponse<String> call(String method, String path, String body) throws Exception {
    return gateway.send(
        gateway
            .request("/api/v1" + path)
            .header("Content-Type", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build());
  }

  @Test
  void aScheduleIsMadeReadChangedAndDeleted() throws Exception {
    String id = created();
    assertThat(ok(gateway.get("/api/v1/schedules/" + id)).at("/schedule_id").asText())
        .isEqualTo(id);
    assertThat(ok(gateway.get("/api/v1/schedules?kind=periodic&status=active")).at("/data"))
        .anyMatch(row -> row.at("/schedule_id").asText().equals(id));
    assertThat(
            ok(call(
                    "PATCH",
                    "/schedules/" + id,
                    "{\"attrs\": {\"name\": null, \"jitter_ms\": 5}, \"reason\": \"why\"}"))
                .has("name"))
        .isFalse();
    assertThat(ok(call("POST", "/schedules/" + id + "/pause", "{\"reason\": \"x\"}")).at("/status"))
        .hasToString("\"paused\"");
    assertThat(ok(call("POST", "/schedules/" + id + "/resume", null)).at("/status"))
        .hasToString("\"active\"");
    assertThat(ok(call("DELETE", "/schedules/" + id + "?reason=over", null)))
        .hasToString("{\"schedule_id\":\"" + id + "\",\"status\":\"deleted\"}");
    HttpResponse<String> gone = gateway.get("/api/v1/schedules/" + id);
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(Json.parse(gone.body()).at("/error").asText()).isEqualTo("schedule_not_found");
  }

  @Test
  void aJobIsMadeNowAndABodyIsNeeded() throws Exception {
    String id = created();
    JsonNode report = ok(call("POST", "/schedules/" + id + "/dispatch", "{}"));
    assertThat(report.at("/dispatched").asInt()).isEqualTo(1);
    assertThat(report.at("/dispatch/reason").asText()).isEqualTo("manual");
    assertThat(call("POST", "/schedules/" + id + "/dispatch", null).statusCode()).isEqualTo(422);
  }

  @Test
  void oneKeyIsForOnePayload() throws Exception {
    String id = created();
    assertThat(keyed(id, "{\"payload\": {\"a\": 1, \"b\": 2}}").statusCode()).isEqualTo(200);
    assertThat(keyed(id, "{\"payload\": {\"b\": 2, \"a\": 1}}").statusCode()).isEqualTo(200);
    HttpResponse<String> other = keyed(id, "{\"payload\": {\"a\": 2}}");
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(Json.parse(other.body()).at("/error").asText()).isEqualTo("idempotency_key_in_use");
  }

  private HttpResponse<String> keyed(String id, String body) throws Exception {
    return gateway.send(
        gateway
            .request("/api/v1/schedules/" + id + "/dispatch")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "key-" + id)
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  @Test
  void wordsThatNameNoKindAndNoStatusAreRefused() throws Exception {
    HttpResponse<String> kind = gateway.get("/api/v1/schedules?kind=cron");
    assertThat(kind.statusCode()).isEqualTo(422);
    assertThat(kind.body()).contains("kind must be one of periodic, delayed, event, resource_wait");
    HttpResponse<String> status = gateway.get("/api/v1/schedules?status=running");
    assertThat(status.statusCode()).isEqualTo(422);
    assertThat(status.body()).contains("status must be one of active, paused, completed");
  }

  @Test
  void whatIsDueOnceSaysWhatTheClocksDo() throws Exception {
    JsonNode preview =
        ok(
            call(
                "POST",
                "/schedules:preview",
                "{\"schedule\": {\"run_at\": \"2096-10-28T02:30:00\","
                    + " \"timezone\": \"Europe/Berlin\"}}"));
    assertThat(preview.at("/data/0/local").asText()).isEqualTo("2096-10-28T02:30");
    assertThat(preview.at("/data/0/clock_change").asText()).isEqualTo("first_pass");
  }

  @Test
  void theTimesToComeMarkWhatTheClocksDo() throws Exception {
    String id = created();
    JsonNode next =
        ok(gateway.get("/api/v1/schedules/" + id + "/next?count=3&from=2026-10-24T12:00:00Z"));
    assertThat(next.at("/data/0/at").asText()).isEqualTo("2026-10-25T00:30:00.000Z");
    assertThat(next.at("/data/0/clock_change").asText()).isEqualTo("first_pass");
    assertThat(next.at("/data/1").has("clock_change")).isFalse();

    JsonNode preview =
        ok(
            call(
                "POST",
                "/schedules:preview",
                "{\"schedule\": {\"cron\": \"30 2 * * *\", \"timezone\": \"Europe/Berlin\"},"
                    + " \"count\": 2, \"from\": \"2027-03-27T12:00:00Z\"}"));
    assertThat(preview.at("/data")).hasSize(2);
    assertThat(preview.at("/data/0/clock_change").asText()).isEqualTo("moved");
    HttpResponse<String> wrong =
        call("POST", "/schedules:preview", "{\"schedule\": {\"cron\": \"x\"}}");
    assertThat(wrong.statusCode()).isEqualTo(422);
    assertThat(wrong.body()).contains("invalid cron expression");
  }

  @Test
  void whatHasNoBundleIsRefused() throws Exception {
    HttpResponse<String> answer = gateway.post("/api/v1/schedules", "{\"schedule\": {}}");
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body()).contains("manifest, manifest_json or bundle_path is required");
    assertThat(List.of(400, 422))
        .contains(gateway.post("/api/v1/schedules", "{\"schedule\": 1}").statusCode());
  }
}
