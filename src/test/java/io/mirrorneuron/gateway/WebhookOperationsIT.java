package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.store.DeliveryQueue.Delivery;
import io.mirrorneuron.store.DeliveryQueue.Fate;
import io.mirrorneuron.store.DeliveryQueue.Head;
import io.mirrorneuron.store.DeliveryQueue.Verdict;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks from their making to their end, and what senders can do. */
class WebhookOperationsIT extends WithSharedGateway {
  private static JsonNode json(int status, HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return Json.parse(answer.body());
  }

  private JsonNode make(String body) throws Exception {
    return json(200, gateway.post("/api/v1/webhooks", body));
  }

  /** As a sender, who has no token of the server. */
  private HttpResponse<String> send(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(gateway.uri(path)).POST(BodyPublishers.ofString(body));
    return gateway.send((headers.length == 0 ? request : request.headers(headers)).build());
  }

  private TriggerEvent last() {
    List<TriggerEvent> happened = gateway.events.happened();
    return happened.isEmpty() ? null : happened.getLast();
  }

  private static String sign(String secret, String content) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(content.getBytes()));
  }

  @Test
  void whatIsSignedBecomesAnEventOnce() throws Exception {
    JsonNode hook = make("{\"name\":\"shop\",\"event_type\":\"order_paid\"}");
    String body = "{\"order\":{\"id\":17}}";
    String time = Long.toString(GatewayFixture.NOW.getEpochSecond());
    String[] headers = {
      "webhook-id",
      "msg_1",
      "webhook-timestamp",
      time,
      "webhook-signature",
      sign(hook.get("secret").asText(), "msg_1." + time + "." + body)
    };

    JsonNode accepted = json(202, send(hook.get("path").asText(), body, headers));

    assertThat(last().eventType()).isEqualTo("order_paid");
    assertThat(last().source()).isEqualTo("webhook:shop");
    assertThat(last().payload())
        .isEqualTo(
            Map.of(
                "order", Map.of("id", 17),
                "_hook", Map.of("webhook_id", hook.get("webhook_id").asText(), "name", "shop")));
    assertThat(accepted.get("event_id").asText()).isEqualTo(last().eventId());
    JsonNode again = json(202, send(hook.get("path").asText(), body, headers));
    assertThat(again.get("status").asText()).isEqualTo("known");
    assertThat(again.get("event_id")).isEqualTo(accepted.get("event_id"));
    headers[5] = "v1,forged";
    JsonNode refused = json(403, send(hook.get("path").asText(), body, headers));
    assertThat(refused.get("error").asText()).isEqualTo("invalid_signature");
  }

  @Test
  void anUnknownAddressIsNotFoundAndNotRepeated() throws Exception {
    HttpResponse<String> answer = send("/api/v1/hooks/abcdefghijklmnopqrstuvwxyz", "{}");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).doesNotContain("abcdefghijklmnopqrstuvwxyz");
  }

  @Test
  void secretsAreShownOnceAndTokensAreStoredNowhere() throws Exception {
    JsonNode hook = make("{\"name\":\"a\",\"signature\":\"github\"}");
    String id = hook.get("webhook_id").asText();
    assertThat(Base64.getUrlDecoder().decode(hook.get("token").asText())).hasSize(32);

    JsonNode shown = json(200, gateway.get("/api/v1/webhooks/" + id));
    assertThat(shown.get("signature").asText()).isEqualTo("github");
    assertThat(shown.has("token") || shown.has("secret") || shown.has("path")).isFalse();
    assertThat(gateway.get("/api/v1/webhooks").body())
        .contains(id)
        .doesNotContain(hook.get("token").asText(), hook.get("secret").asText());
  }

  @Test
  void theOldAddressOpensNothingAfterARotationWithoutOverlap() throws Exception {
    JsonNode before = make("{\"name\":\"r\",\"signature\":\"none\"}");
    String id = before.get("webhook_id").asText();
    String rotate = "/api/v1/webhooks/" + id + "/rotate";
    JsonNode between = json(200, gateway.post(rotate, "{}"));
    assertThat(between.get("previous_until").asText()).isNotEmpty();
    assertThat(send(before.get("path").asText(), "{}").statusCode()).isEqualTo(202);
    JsonNode after = json(200, gateway.post(rotate, "{\"overlap_seconds\":0}"));
    assertThat(after.has("previous_until")).isFalse();

    assertThat(send(between.get("path").asText(), "{}").statusCode()).isEqualTo(404);
    assertThat(send(before.get("path").asText(), "{}").statusCode()).isEqualTo(404);
    assertThat(send(after.get("path").asText(), "{}").statusCode()).isEqualTo(202);
    json(200, gateway.send(gateway.request("/api/v1/webhooks/" + id).DELETE().build()));
    assertThat(send(after.get("path").asText(), "{}").statusCode()).isEqualTo(404);
    assertThat(gateway.get("/api/v1/webhooks/" + id).statusCode()).isEqualTo(404);
  }

  @Test
  void anythingMayBeSentUpToAMebibyte() throws Exception {
    String path = make("{\"name\":\"n\",\"signature\":\"none\"}").get("path").asText();
    assertThat(send(path, "plain words").statusCode()).isEqualTo(202);
    assertThat(last().payload()).containsEntry("body", "plain words");
    assertThat(send(path, "[1]", "Content-Type", "text/plain").statusCode()).isEqualTo(202);
    assertThat(last().payload()).containsEntry("body", List.of(1));
    assertThat(send(path, "").statusCode()).isEqualTo(202);
    String most = "x".repeat(1 << 20);
    assertThat(send(path, most).statusCode()).isEqualTo(202);
    assertThat(send(path, most + "x").statusCode()).isEqualTo(413);
    assertThat(send(path, "{}", "Idempotency-Key", "k").body()).contains("emitted");
    assertThat(send(path, "{}", "Idempotency-Key", "k").body()).contains("known");
    assertThat(send(path, "{\"a\":1}", "Idempotency-Key", "k").statusCode()).isEqualTo(409);
  }

  private JsonNode target() throws Exception {
    return make(
        "{\"name\":\"ops\",\"direction\":\"outbound\","
            + "\"url\":\"https://ops.example/hook?key=hidden\",\"events\":[\"job_*\"]}");
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  @Test
  void aTargetShowsItsSecretOnceAndItsQueryNever() throws Exception {
    JsonNode made = target();
    String path = "/api/v1/webhooks/" + made.get("webhook_id").asText();
    assertThat(made.get("secret").asText()).startsWith("whsec_");
    assertThat(made.get("url").asText()).isEqualTo("https://ops.example/hook?...");

    JsonNode shown = json(200, gateway.get(path));
    assertThat(shown.get("direction").asText()).isEqualTo("outbound");
    assertThat(shown.get("status").asText()).isEqualTo("active");
    assertThat(shown.has("secret")).isFalse();
    JsonNode rotated = json(200, gateway.post(path + "/rotate", "{}"));
    assertThat(rotated.get("secret")).isNotEqualTo(made.get("secret"));
    assertThat(gateway.get("/api/v1/webhooks").body())
        .contains(made.get("webhook_id").asText())
        .doesNotContain("hidden", made.get("secret").asText(), rotated.get("secret").asText());
    json(200, gateway.send(gateway.request(path).DELETE().build()));
    for (String below : new String[] {"", "/deliveries"}) {
      assertThat(gateway.get(path + below).statusCode()).isEqualTo(404);
    }
    assertThat(gateway.post(path + "/enable", "{}").statusCode()).isEqualTo(404);
  }

  @Test
  void whatIsDeadIsListedAndReplayed() throws Exception {
    String id = target().get("webhook_id").asText();
    String path = "/api/v1/webhooks/" + id + "/deliveries";
    for (String event : List.of("e1", "e2", "e3")) {
      String about = "{\"event_type\":\"job_failed\",\"created_at\":\"2026-01-02T03:04:05.006Z\"}";
      await(gateway.deliveries.add(new Delivery(event, about, "{}"), "many", List.of(id)));
    }
    for (int i = 0; i < 2; i++) {
      Head head = await(gateway.deliveries.head(id)).orElseThrow();
      await(gateway.deliveries.begin(0, head, 1));
      await(
          gateway.deliveries.settle(
              0,
              head,
              new Verdict(
                  Fate.DEAD,
                  "{\"at\":\"2026-01-02T04:00:00.000Z\",\"status\":503,\"error\":\"status 503\"}",
                  0,
                  "given up")));
    }

    JsonNode all = json(200, gateway.get(path)).get("data");
    assertThat(all)
        .extracting(one -> one.get("delivery_id").asText() + one.get("state").asText())
        .containsExactly("e3pending", "e2dead", "e1dead");
    assertThat(all.get(0).get("next_try_at").asText()).isEqualTo("2026-01-02T03:04:05.006Z");
    assertThat(all.get(1).get("last_status").asInt()).isEqualTo(503);
    assertThat(all.get(1).get("dead_reason").asText()).isEqualTo("given up");
    assertThat(json(200, gateway.get(path + "?state=dead&limit=1")).get("data")).hasSize(1);
    assertThat(gateway.get(path + "?state=lost").statusCode()).isEqualTo(422);

    assertThat(gateway.post(path + "/replay", "{\"delivery_id\":\"e3\"}").statusCode())
        .isEqualTo(404);
    JsonNode one = json(200, gateway.post(path + "/replay", "{\"delivery_id\":\"e2\"}"));
    assertThat(one.get("replayed").asInt()).isEqualTo(1);
    assertThat(one.get("dead").asInt()).isEqualTo(1);
    assertThat(json(200, gateway.post(path + "/replay", "")).get("replayed").asInt()).isEqualTo(1);
    assertThat(json(200, gateway.get(path)).get("data"))
        .extracting(delivery -> delivery.get("delivery_id").asText())
        .containsExactly("e3", "e2", "e1");
  }

  @Test
  void targetsThatCannotBeMeantAreRefusedWithWhatWouldBeRight() throws Exception {
    Map<String, String> refused =
        Map.of(
            "\"events\":[\"job_*\"]", "url must be an address as https://",
            "\"url\":\"https://a.example\"", "events must name 1 to 50 types",
            "\"url\":\"https://a.example\",\"events\":[\"order_paid\"]", "it emits job_running",
            "\"url\":\"http://127.0.0.1/\",\"events\":[\"job_*\"]", "webhooks.addresses",
            "\"url\":\"http://localhost/\",\"events\":[\"job_*\"]", "webhooks.addresses",
            "\"url\":\"http://192.168.0.7/\",\"events\":[\"job_*\"]", "webhooks.addresses",
            "\"url\":\"https://a.example\",\"events\":[\"job_*\"],\"signature\":\"none\"",
                "signature is of inbound webhooks only");
    for (Map.Entry<String, String> each : refused.entrySet()) {
      String body = "{\"name\":\"a\",\"direction\":\"outbound\"," + each.getKey() + "}";
      HttpResponse<String> answer = gateway.post("/api/v1/webhooks", body);
      assertThat(answer.statusCode()).as(body).isEqualTo(422);
      assertThat(answer.body()).contains(each.getValue());
    }
    HttpResponse<String> inbound =
        gateway.post("/api/v1/webhooks", "{\"name\":\"a\",\"url\":\"https://a.example\"}");
    assertThat(inbound.statusCode()).isEqualTo(422);
    assertThat(inbound.body()).contains("url is of outbound webhooks only");
  }

  @Test
  void whatCannotBeStoredAsItIsIsRefused() throws Exception {
    String path = make("{\"name\":\"n\",\"signature\":\"none\"}").get("path").asText();
    for (int depth : new int[] {65, 999, 1_500}) {
      assertThat(send(path, "[".repeat(depth) + "]".repeat(depth)).statusCode()).isEqualTo(422);
    }
    assertThat(send(path, "{\"n\":1e99999}").statusCode()).isEqualTo(422);
    assertThat(send(path, "{\"n\":1,\"n\":2}").statusCode()).isEqualTo(400);
    assertThat(send(path, "{}", "Idempotency-Key", "a", "Idempotency-Key", "b").statusCode())
        .isEqualTo(400);
    assertThat(send(path, "{}", "Idempotency-Key", "a", "Idempotency-Key", "a").statusCode())
        .isEqualTo(202);
  }

  @Test
  void whatIsNearlyAnAddressIsNone() throws Exception {
    String path = make("{\"name\":\"n\",\"signature\":\"none\"}").get("path").asText();
    for (String other :
        List.of(
            path + "/", path + "%2F", "/api/v1/hooks/short", "/api/v1/hooks/" + "l".repeat(300))) {
      assertThat(send(other, "{}").statusCode()).as(other).isEqualTo(404);
    }
    assertThat(gateway.get("/api/v1/webhooks/%00").statusCode()).isEqualTo(404);
  }

  @Test
  void webhooksThatCannotBeMeantAreRefused() throws Exception {
    for (String body :
        new String[] {
          "{}",
          "{\"name\":\"\"}",
          "{\"name\":\"a\",\"signature\":\"md5\"}",
          "{\"name\":\"a\",\"secret\":\"short\"}"
        }) {
      assertThat(gateway.post("/api/v1/webhooks", body).statusCode()).as(body).isEqualTo(422);
    }
  }

  @Test
  void aSecretIsChangedButNotThatOfATargetOrOfNobody() throws Exception {
    JsonNode hook = make("{\"name\":\"pay\",\"signature\":\"github\"}");
    String secret = "{\"secret\":\"chosen-by-the-sender\",\"overlap_seconds\":0}";
    JsonNode changed = json(200, patch(hook, secret));
    assertThat(changed.has("secret")).as("it is known").isFalse();
    String path = hook.get("path").asText();
    assertThat(send(path, "{}", "X-Hub-Signature-256", github("chosen-by-the-sender")).statusCode())
        .isEqualTo(202);
    String old = github(hook.get("secret").asText());
    assertThat(send(path, "{}", "X-Hub-Signature-256", old).statusCode()).isEqualTo(403);
    for (String body :
        new String[] {
          "{}",
          "{\"secret\":\"short\"}",
          "{\"secret\":\"chosen-by-the-sender\",\"overlap_seconds\":-1}",
          "{\"secret\":\"chosen-by-the-sender\",\"overlap_second\":0}"
        }) {
      assertThat(patch(hook, body).statusCode()).as(body).isEqualTo(422);
    }
    JsonNode open = make("{\"name\":\"open\",\"signature\":\"none\"}");
    assertThat(patch(open, secret).statusCode()).isEqualTo(422);
    JsonNode target =
        make(
            "{\"name\":\"t\",\"direction\":\"outbound\",\"url\":\"https://nobody.invalid/\","
                + "\"events\":[\"job_*\"]}");
    assertThat(json(422, patch(target, secret)).path("detail").asText()).contains("rotate it");
    String rotate = "/api/v1/webhooks/" + target.get("webhook_id").asText() + "/rotate";
    assertThat(gateway.post(rotate, "{\"overlap_seconds\":0}").statusCode()).isEqualTo(422);
  }

  private static String github(String secret) {
    return "sha256="
        + HexFormat.of()
            .formatHex(
                StandardWebhooks.hmac(
                    secret.getBytes(StandardCharsets.UTF_8),
                    "{}".getBytes(StandardCharsets.UTF_8)));
  }

  private HttpResponse<String> patch(JsonNode hook, String body) throws Exception {
    return gateway.send(
        gateway
            .request("/api/v1/webhooks/" + hook.get("webhook_id").asText())
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** Whoever knows no address cannot make the server hold bodies. */
  @ParameterizedTest
  @ValueSource(strings = {"", "Expect: 100-continue\r\n"})
  void nothingOfABodyIsReadForAnUnknownAddress(String header) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", gateway.uri("/").getPort())) {
      socket.setSoTimeout(5000);
      String head =
          "POST /api/v1/hooks/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n%s\r\n";
      socket.getOutputStream().write(head.formatted("a".repeat(43), header).getBytes());
      BufferedReader answer = new BufferedReader(new InputStreamReader(socket.getInputStream()));
      assertThat(answer.readLine()).isEqualTo("HTTP/1.1 404 Not Found");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'signatur':'github' | did you mean signature?",
        "'event':'order' | did you mean events?",
        "'signature':'none','secret':'long-enough-for-one' | secret means nothing without a signature",
        "'secret':'whsec_!!!notbase64' | secret must be whsec_ and base64"
      })
  void whatWouldBeIgnoredIsRefused(String members, String words) throws Exception {
    String body = "{'name':'odd',%s}".formatted(members).replace('\'', '"');
    JsonNode refused = json(422, gateway.post("/api/v1/webhooks", body));
    assertThat(refused.path("detail").asText()).contains(words);
  }
}
