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

  private String refused(int status, String method, String path, String body) throws Exception {
    HttpResponse<String> answer = call(method, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return answer.body();
  }

  private static String with(String schedule) {
    return "{\"manifest\": {\"name\": \"a\", \"steps\": []}, \"schedule\": " + schedule + "}";
  }

  @Test
  void timesThatNoClockShowsAreRefused() throws Exception {
    String id = created();
    for (String time : List.of("+999999999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z")) {
      String delayed = "{\"run_at\": \"%s\"}".formatted(time);
      assertThat(refused(422, "POST", "/schedules", with(delayed))).contains("valid run_at");
      assertThat(refused(422, "POST", "/schedules:preview", "{\"schedule\": " + delayed + "}"))
          .contains("valid run_at");
      String from = "{\"schedule\": {\"cron\": \"@daily\"}, \"from\": \"%s\"}".formatted(time);
      assertThat(refused(422, "POST", "/schedules:preview", from))
          .contains("from is not in the years 1970 to 9999");
      String until = "{\"until\": \"%s\"}".formatted(time);
      assertThat(refused(422, "POST", "/schedules/" + id + "/pause", until))
          .contains("until is not in the years 1970 to 9999");
    }
    refused(422, "GET", "/schedules/" + id + "/next?from=%2B999999999-12-31T23:59:59Z", null);
    refused(422, "POST", "/schedules", with("{\"delay_ms\": 9000000000000000000}"));
    refused(404, "GET", "/schedules/%00", null);
  }

  @Test
  void whatIsDeeperOrLargerThanAnybodyNeedsIsRefused() throws Exception {
    String id = created();
    for (int depth : new int[] {65, 150}) {
      String deep = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
      String body = with("{\"cron\": \"@daily\", \"metadata\": " + deep + "}");
      assertThat(refused(422, "POST", "/schedules", body)).contains("deeper than 64 levels");
      String payload = "{\"payload\": " + deep + "}";
      assertThat(refused(422, "POST", "/schedules/" + id + "/dispatch", payload))
          .contains("deeper than 64 levels");
    }
    String deepest = "{\"schedule\": {\"metadata\": " + "[".repeat(900) + "]".repeat(900) + "}}";
    assertThat(refused(400, "POST", "/schedules:preview", deepest)).contains("deeper than 200");
    String large = "x".repeat(17_000);
    for (String member :
        List.of(
            "\"name\": \"%s\"",
            "\"metadata\": {\"a\": \"%s\"}",
            "\"trigger\": {\"event_type\": \"a\", \"filters\": {\"a\": \"%s\"}}",
            "\"trigger\": {\"event_type\": \"%s\"}")) {
      refused(422, "POST", "/schedules", with("{" + member.formatted(large) + "}"));
    }
    String reason = "{\"reason\": \"%s\"}".formatted(large);
    refused(422, "POST", "/schedules/" + id + "/pause", reason);
    String zone = "{\"cron\": \"@daily\", \"timezone\": \"%s\"}".formatted(large);
    assertThat(refused(422, "POST", "/schedules", with(zone))).hasSizeLessThan(2_000);
  }

  @Test
  void aScheduleWaitsOnlyForEventsThatCanBeTold() throws Exception {
    for (String type : List.of("a".repeat(201), "a\\u0000", "a\\n", "\\ud800")) {
      String trigger = "{\"trigger\": {\"event_type\": [\"b\", \"%s\"]}}".formatted(type);
      refused(422, "POST", "/schedules", with(trigger));
      refused(422, "POST", "/events", "{\"event_type\": \"%s\"}".formatted(type));
    }
  }

  @Test
  void whatWouldBeIgnoredIsRefused() throws Exception {
    String one = "/schedules/" + created();
    assertThat(refused(422, "PATCH", one, "{\"attrs\": {\"windw\": null}}"))
        .contains("schedule.windw is not known; did you mean window?");
    for (String attrs :
        List.of("{\"x\": null}", "{\"manifest\": null}", "{\"schedule_id\": null}")) {
      assertThat(refused(422, "PATCH", one, "{\"attrs\": " + attrs + "}")).contains("is not known");
    }
    assertThat(refused(422, "POST", one + "/pause", "{\"untill\": \"2030-01-01T00:00:00Z\"}"))
        .contains("did you mean until?");
    assertThat(refused(422, "POST", one + "/resume", "{\"reasn\": \"a\"}"))
        .contains("did you mean reason?");
    assertThat(refused(422, "POST", one + "/resume", "{\"until\": \"2030-01-01T00:00:00Z\"}"))
        .contains("until is for a pause");
    assertThat(refused(422, "POST", one + "/dispatch", "{\"payloads\": {}}"))
        .contains("did you mean payload?");
    assertThat(refused(422, "POST", "/schedules", NIGHTLY.replaceFirst("schedule", "shedule")))
        .contains("did you mean schedule?");
    assertThat(refused(422, "POST", "/schedules", with("{\"crn\": \"@daily\"}")))
        .contains("did you mean cron?");
    for (String count : List.of("0", "-1", "101", "1e300")) {
      String body = "{\"schedule\": {\"cron\": \"@daily\"}, \"count\": %s}".formatted(count);
      refused(422, "POST", "/schedules:preview", body);
    }
  }

  /** Clients of the original may send members that mean nothing here. */
  @Test
  void membersThatAreNotKnownAreNamedInTheAnswer() throws Exception {
    String id = created();
    String one = "/schedules/" + id;
    String reported = "[\"member notify of the request is ignored\"]";
    String unnamed = NIGHTLY.replace(", \"name\": \"nightly\"}", "}");
    assertThat(ok(gateway.post("/api/v1/schedules", unnamed)).has("warnings")).isFalse();
    String made = unnamed.replaceFirst("\\{", "{\"notify\": \"a@b\", ");
    assertThat(ok(gateway.post("/api/v1/schedules", made)).at("/warnings")).hasToString(reported);
    JsonNode changed =
        ok(call("PATCH", one, "{\"attrs\": {\"jitter_ms\": 7}, \"notify\": \"a@b\"}"));
    assertThat(changed.at("/warnings")).hasToString(reported);
    assertThat(changed.at("/jitter_ms").asInt()).isEqualTo(7);
    assertThat(changed.at("/schedule_id").asText()).isEqualTo(id);
    for (String path : List.of("/pause", "/resume", "/dispatch")) {
      JsonNode answer = ok(call("POST", one + path, "{\"notify\": \"a@b\"}"));
      assertThat(answer.at("/warnings")).as(path).hasToString(reported);
    }
    String preview = "{\"schedule\": {\"cron\": \"@daily\"}, \"notify\": \"a@b\"}";
    assertThat(ok(call("POST", "/schedules:preview", preview)).at("/warnings"))
        .hasToString(reported);
    assertThat(ok(gateway.get("/api/v1" + one)).has("warnings")).isFalse();
    String tooLong = "x".repeat(41);
    JsonNode cut = ok(call("POST", one + "/pause", "{\"%s\": 1}".formatted(tooLong)));
    assertThat(cut.at("/warnings/0").asText())
        .isEqualTo("member %s… of the request is ignored".formatted(tooLong.substring(1)));
  }

  @Test
  void jsonOfWhichSomethingWouldGetLostIsRefused() throws Exception {
    String dispatch = "/schedules/" + created() + "/dispatch";
    assertThat(refused(400, "POST", dispatch, "{\"payload\": {\"n\": 1e99999}}"))
        .contains("no double can hold");
    assertThat(refused(400, "POST", dispatch, "{\"payload\": {\"n\": 1, \"n\": 2}}"))
        .contains("member n twice");
    refused(400, "POST", dispatch, "{\"payload\": {} /* x */}");
  }
}
