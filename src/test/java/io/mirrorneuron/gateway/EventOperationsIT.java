package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.testing.BundleUpload;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the operations about events take and answer. */
class EventOperationsIT extends WithSharedGateway {
  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.parse(answer.body());
  }

  @Test
  void whatIsToldIsAnsweredListedAndHandedOn() throws Exception {
    JsonNode answer =
        json(
            gateway.post(
                "/api/v1/events",
                "{\"event_type\":\"paid\",\"payload\":{\"n\":[1],\"token\":\"t\"},\"more\":1}"));
    assertThat(answer.get("status").asText()).isEqualTo("emitted");
    assertThat(answer.get("warnings")).hasToString("[\"member more of the request is ignored\"]");
    assertThat(answer.get("dispatched").asInt()).isEqualTo(1);
    assertThat(answer.get("job_id").asText()).isEqualTo("job-1");
    JsonNode event = answer.get("event");
    assertThat(event.get("source").asText()).isEqualTo("api");
    assertThat(event.get("payload").toString()).isEqualTo("{\"n\":[1],\"token\":\"[REDACTED]\"}");
    assertThat(answer.get("event_id")).isEqualTo(event.get("event_id"));
    assertThat(json(gateway.get("/api/v1/events?limit=1")).get("data").get(0)).isEqualTo(event);
    assertThat(gateway.events.happened().getLast().payload()).containsEntry("token", "t");
  }

  @Test
  void whatIsUnderstoodWhollyIsAnsweredWithoutWarnings() throws Exception {
    String event = "{\"event_type\":\"plain\",\"source\":\"a\",\"payload\":{\"more\":1}}";
    assertThat(json(gateway.post("/api/v1/events", event)).has("warnings")).isFalse();
  }

  @Test
  void limitsAreClamped() throws Exception {
    gateway.post("/api/v1/events", "{\"event_type\":\"a\"}");
    for (String limit : new String[] {"0", "-1", "99999999999"}) {
      assertThat(json(gateway.get("/api/v1/events?limit=" + limit)).get("data").size())
          .isPositive();
    }
  }

  @Test
  void whatIsNoEventIsRefused() throws Exception {
    assertThat(gateway.post("/api/v1/events", "{}").statusCode()).isEqualTo(422);
    assertThat(gateway.post("/api/v1/events", "{\"event_type\":\" \"}").statusCode())
        .isEqualTo(422);
    assertThat(
            gateway.post("/api/v1/events", "{\"event_type\":\"a\",\"payload\":[1]}").statusCode())
        .isEqualTo(422);
    for (String like : new String[] {"evnt_id", "sourc", "payloads"}) {
      String body = "{\"event_type\":\"a\",\"%s\":\"x\"}".formatted(like);
      HttpResponse<String> answer = gateway.post("/api/v1/events", body);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
      assertThat(answer.body()).contains("did you mean");
    }
    for (int depth : new int[] {100, 990}) {
      String deep = "{\"event_type\":\"a\",\"payload\":{\"a\":%s%s}}";
      assertThat(
              gateway
                  .post("/api/v1/events", deep.formatted("[".repeat(depth), "]".repeat(depth)))
                  .statusCode())
          .isIn(400, 422);
    }
    String event = "{\"event_type\":\"a\",\"event_id\":\"x1\",\"payload\":{\"n\":%d}}";
    assertThat(gateway.post("/api/v1/events", event.formatted(1)).statusCode()).isEqualTo(200);
    assertThat(gateway.post("/api/v1/events", event.formatted(2)).statusCode()).isEqualTo(409);
  }

  @Test
  void nobodySpeaksForTheServer() throws Exception {
    for (String source : new String[] {"runtime", "mn-api", "webhook:shop"}) {
      HttpResponse<String> answer =
          gateway.post(
              "/api/v1/events", "{\"event_type\":\"job_completed\",\"source\":\"" + source + "\"}");
      assertThat(answer.statusCode()).as(source).isEqualTo(422);
      assertThat(answer.body()).contains("source " + source + " is reserved for ");
    }
  }

  @Test
  void anUploadedBundleIsAnEvent() throws Exception {
    JsonNode uploaded =
        json(
            gateway.send(
                gateway
                    .request("/api/v1/bundles/upload")
                    .header(
                        "Content-Type", "multipart/form-data; boundary=" + BundleUpload.BOUNDARY)
                    .POST(
                        BodyPublishers.ofByteArray(
                            BundleUpload.multipart(Zips.bundle("{}").bytes())))
                    .build()));
    TriggerEvent event = gateway.events.happened().getLast();
    assertThat(event.eventType()).isEqualTo("bundle_uploaded");
    assertThat(event.source()).isEqualTo("mn-api");
    assertThat(event.payload())
        .isEqualTo(
            Map.of(
                "bundle_path", uploaded.get("bundle_path").asText(),
                "filename", "bundle.zip",
                "content_type", "application/zip"));
  }
}
