package io.mirrorneuron.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.event.TriggerEvent;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.WithGuardedGateway;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks from their making to their end, and what senders can do. */
class WebhookOperationsIT extends WithGuardedGateway {
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
  void theOldAddressOpensNothingAfterARotation() throws Exception {
    JsonNode before = make("{\"name\":\"r\",\"signature\":\"none\"}");
    String id = before.get("webhook_id").asText();
    JsonNode after = json(200, gateway.post("/api/v1/webhooks/" + id + "/rotate", "{}"));

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
}
