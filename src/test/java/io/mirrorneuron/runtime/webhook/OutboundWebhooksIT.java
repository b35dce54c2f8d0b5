package io.mirrorneuron.runtime.webhook;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.webhook.NewTarget;
import io.mirrorneuron.port.webhook.OutboundWebhooks;
import io.mirrorneuron.port.webhook.WebhookTarget;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.WebhookReceiver;
import io.mirrorneuron.testing.WebhookReceiver.Received;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A runtime with a real Redis tells a real receiver what happens. */
class OutboundWebhooksIT {
  @TempDir static Path home;
  private static RuntimeFixture runtime;

  @BeforeAll
  static void start() {
    Map<String, String> here = Map.of("MN_WEBHOOKS_ADDRESSES", "127.0.0.1");
    runtime = new RuntimeFixture(home, RuntimeFixture.config(home, here));
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private static OutboundWebhooks webhooks() {
    return runtime.runtime().webhooks();
  }

  private static WebhookTarget target(WebhookReceiver receiver, String... events) {
    return webhooks().create(new NewTarget("t", receiver.url(), List.of(events), null));
  }

  private static String run(String name, String... command) {
    String job =
        runtime.jobs().submit(Submission.of(SampleManifests.program(name, command))).jobId();
    runtime.awaitEnd(job);
    return job;
  }

  private static String signature(WebhookTarget target, Received received) {
    return StandardWebhooks.sign(
        target.secret(),
        received.id(),
        received.headers().get("webhook-timestamp"),
        received.body().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatHappensToAJobIsToldInItsOrderAndSigned() throws Exception {
    try (WebhookReceiver receiver = WebhookReceiver.start()) {
      WebhookTarget target = target(receiver, "job_*");
      String job = run("told", "true");
      eventually("both are told", () -> receiver.received().size() == 2);

      List<JsonNode> told =
          List.of(
              Json.parse(receiver.received().get(0).body()),
              Json.parse(receiver.received().get(1).body()));
      assertThat(told)
          .extracting(event -> event.get("event_type").asText())
          .containsExactly("job_running", "job_completed");
      assertThat(told)
          .extracting(event -> event.get("payload").get("job_id").asText())
          .containsOnly(job);
      for (Received received : receiver.received()) {
        assertThat(received.headers())
            .containsEntry("webhook-signature", signature(target, received))
            .containsEntry("idempotency-key", received.id())
            .containsEntry("content-type", "application/json");
        assertThat(Json.parse(received.body()).get("event_id").asText()).isEqualTo(received.id());
      }
      eventually("it knows", () -> webhooks().get(target.webhookId()).delivered() == 2);
      webhooks().delete(target.webhookId());
    }
  }
}
