package io.mirrorneuron.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;

/** Schedules, events and webhooks. Their times are far away, so that they stay the same. */
final class ScheduleScenarios {
  private final GoldenServer golden;

  ScheduleScenarios(GoldenServer golden) {
    this.golden = golden;
  }

  void preview() {
    golden
        .call("previewSchedule")
        .body(
            "{\"schedule\":{\"crons\":[\"30 2 * * *\"],\"timezone\":\"Europe/Berlin\"},"
                + "\"count\":2,\"from\":\"2026-10-24T12:00:00Z\"}")
        .keep("");
  }

  void fromMakingToDeleting() {
    ObjectNode wanted = Json.object().put("manifest_json", SampleManifests.routers("far", 1));
    wanted.putObject("schedule").put("kind", "delayed").put("run_at", "2099-01-01T00:00:00Z");
    String id = id(golden.call("createSchedule").body(Json.write(wanted)).keep(""), "schedule_id");
    golden.call("listSchedules").keep("");
    golden.call("getSchedule", "schedule_id", id).keep("");
    golden.call("listFirings", "schedule_id", id).keep("");
    golden
        .call("updateSchedule", "schedule_id", id)
        .body("{\"attrs\":{\"name\":\"later\"},\"reason\":\"a better name\"}")
        .keep("");
    golden.call("pauseSchedule", "schedule_id", id).body("{\"reason\":\"holidays\"}").keep("");
    golden.call("resumeSchedule", "schedule_id", id).body("{\"reason\":\"back\"}").keep("");
    golden.call("dispatchSchedule", "schedule_id", id).body("{\"reason\":\"manual\"}").keep("");
    golden.call("deleteSchedule", "schedule_id", id).keep("");
    golden.call("getSchedule", "schedule_id", id).keep("deleted");
  }

  /** A bundle takes the place of another one. */
  void versions() {
    ObjectNode first = Json.object().put("manifest_json", SampleManifests.routers("named", 1));
    first.putObject("schedule").put("cron", "0 0 29 2 *").put("timezone", "UTC");
    ObjectNode second = Json.object().put("manifest_json", SampleManifests.routers("named", 2));
    String made =
        golden.call("applySchedule", "name", "leap").body(Json.write(first)).keep("created");
    String id = Json.parseObject(made, "answer").at("/schedule/schedule_id").asText();
    golden.call("applySchedule", "name", "leap").body(Json.write(second)).keep("");
    golden.call("applySchedule", "name", "leap").body(Json.write(second)).keep("unchanged");
    golden.call("listScheduleVersions", "schedule_id", id).keep("");
    golden.call("listScheduleVersions", "schedule_id", id, "version", "1").keep("first");
    golden.call("rollBackSchedule", "schedule_id", id).body("{\"reason\":\"too many\"}").keep("");
    golden.call("rollBackSchedule", "schedule_id", id).body("{}").keep("none");
    golden
        .call("replaceScheduleBundle", "schedule_id", id)
        .body(Json.write(second.deepCopy().put("reason", "once more")))
        .keep("");
    golden
        .call("replaceScheduleBundle", "schedule_id", id)
        .body(Json.write(first))
        .keep("with-times");
    String other =
        id(
            golden.call("createSchedule").body(Json.write(called(first))).keep("taken"),
            "schedule_id");
    golden.call("applySchedule", "name", "leap").body(Json.write(second)).keep("ambiguous");
    golden.call("deleteSchedule", "schedule_id", other).keep("other");
    golden.call("deleteSchedule", "schedule_id", id).keep("named");
  }

  private static ObjectNode called(ObjectNode wanted) {
    ObjectNode named = wanted.deepCopy();
    named.withObject("/schedule").put("name", "leap");
    return named;
  }

  /** It is long over: all its times are in the past, and stay the same. */
  void backfill() {
    ObjectNode wanted = Json.object().put("manifest_json", SampleManifests.routers("past", 1));
    wanted.putObject("schedule").put("cron", "0 0 29 2 *");
    String id =
        id(golden.call("createSchedule").body(Json.write(wanted)).keep("cron"), "schedule_id");
    golden
        .call("backfillSchedule", "schedule_id", id)
        .body("{\"from\":\"2015-01-01T00:00:00\",\"to\":\"2025-01-01T00:00:00\",\"dry_run\":true}")
        .keep("dry");
    golden
        .call("backfillSchedule", "schedule_id", id)
        .body("{\"from\":\"2024-10-28\",\"often\":1}")
        .keep("wrong");
    golden.call("cancelBackfill", "schedule_id", id).keep("none");
    golden.call("deleteSchedule", "schedule_id", id).keep("cron");
  }

  void events() {
    golden
        .call("emitTriggerEvent")
        .body(
            "{\"event_id\":\"golden-1\",\"event_type\":\"order_paid\",\"source\":\"shop\","
                + "\"payload\":{\"order\":{\"id\":17},\"api_key\":\"hidden\"}}")
        .keep("");
    golden.call("listTriggerEvents", "limit", "1").keep("");
    golden.grpc.keep("ListTriggerEvents", "newest", "limit: 1");
  }

  void webhooks() {
    String made =
        golden
            .call("createWebhook")
            .body("{\"name\":\"shop\",\"event_type\":\"order_paid\",\"signature\":\"none\"}")
            .keep("");
    String id = id(made, "webhook_id");
    String token = id(made, "token");
    golden.name(token, "token");
    golden.call("listWebhooks").keep("");
    golden.call("getWebhook", "webhook_id", id).keep("");
    golden
        .call("receiveHook", "token", token)
        .header("Idempotency-Key", "order-17")
        .body("{\"order\":{\"id\":17}}")
        .keep("");
    golden.call("rotateWebhook", "webhook_id", id).body("{\"overlap_seconds\":0}").keep("");
    secret();
    golden.call("deleteWebhook", "webhook_id", id).keep("");
    targets();
  }

  private void secret() {
    String made =
        golden
            .call("createWebhook")
            .body("{\"name\":\"pay\",\"signature\":\"stripe\"}")
            .keep("stripe");
    String id = id(made, "webhook_id");
    golden
        .call("updateWebhook", "webhook_id", id)
        .body("{\"secret\":\"chosen-by-the-sender\",\"overlap_seconds\":0}")
        .keep("");
    golden.call("deleteWebhook", "webhook_id", id).keep("stripe");
  }

  /** Nobody is ever told: no job has such a graph. */
  private void targets() {
    String made =
        golden
            .call("createWebhook")
            .body(
                "{\"name\":\"ops\",\"direction\":\"outbound\","
                    + "\"url\":\"https://nobody.invalid/hook?key=hidden\","
                    + "\"events\":[\"job_*\"],\"filters\":{\"graph_id\":\"none\"}}")
            .keep("outbound");
    String id = id(made, "webhook_id");
    golden.call("getWebhook", "webhook_id", id).keep("outbound");
    golden.call("listWebhookDeliveries", "webhook_id", id).keep("");
    golden.call("replayWebhookDeliveries", "webhook_id", id).body("{}").keep("");
    golden.call("enableWebhook", "webhook_id", id).keep("");
    golden.call("rotateWebhook", "webhook_id", id).keep("outbound");
    golden.call("deleteWebhook", "webhook_id", id).keep("outbound");
  }

  private static String id(String answer, String member) {
    JsonNode read = Json.parseObject(answer, "answer");
    return read.path(member).asText();
  }
}
