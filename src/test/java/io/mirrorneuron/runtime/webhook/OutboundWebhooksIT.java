package io.mirrorneuron.runtime.webhook;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.OutboundWebhooks;
import io.mirrorneuron.port.schedule.OutboundWebhooks.NewTarget;
import io.mirrorneuron.port.schedule.OutboundWebhooks.WebhookDelivery;
import io.mirrorneuron.port.schedule.OutboundWebhooks.WebhookTarget;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.WebhookReceiver;
import io.mirrorneuron.testing.WebhookReceiver.Received;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A runtime with a real Redis tells a real receiver what happens. */
@Whole
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
    return runtime.runtime().webhooks().outbound();
  }

  /** Of jobs of this graph only: the ends of earlier ones may be told a moment later. */
  private static WebhookTarget target(WebhookReceiver receiver, String graph, String... events) {
    Map<String, Object> filters = Map.of("graph_id", graph);
    return webhooks().create(new NewTarget("t", receiver.url(), List.of(events), filters));
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
      WebhookTarget target = target(receiver, "told", "job_*");
      String job = run("told", "true");
      eventually("both are told", () -> receiver.received().size() == 2);

      List<JsonNode> reported =
          List.of(
              Json.parse(receiver.received().get(0).body()),
              Json.parse(receiver.received().get(1).body()));
      assertThat(reported)
          .extracting(event -> event.get("event_type").asText())
          .containsExactly("job_running", "job_completed");
      assertThat(reported)
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

  private static List<String> types(WebhookReceiver receiver) {
    return receiver.received().stream().map(OutboundWebhooksIT::type).toList();
  }

  private static String type(Received received) {
    return Json.parseObject(received.body(), "body").get("event_type").asText();
  }

  @Test
  void aFailingHeadHoldsTheRestAndIsToldAgainWithTheSameId() {
    try (WebhookReceiver receiver = WebhookReceiver.start()) {
      AtomicInteger asked = new AtomicInteger();
      receiver.behave(
          (exchange, received) ->
              exchange.sendResponseHeaders(asked.incrementAndGet() == 1 ? 503 : 200, -1));
      WebhookTarget target = target(receiver, "held", "job_*");
      run("held", "true");
      eventually("all is told", () -> receiver.received().size() == 3);

      assertThat(types(receiver)).containsExactly("job_running", "job_running", "job_completed");
      assertThat(receiver.received().get(1).id()).isEqualTo(receiver.received().get(0).id());
      assertThat(receiver.received().get(2).id()).isNotEqualTo(receiver.received().get(0).id());
      webhooks().delete(target.webhookId());
    }
  }

  @Test
  void aTargetThatSays410IsToldNothingMoreUntilItIsEnabled() {
    try (WebhookReceiver receiver = WebhookReceiver.start();
        WebhookReceiver beside = WebhookReceiver.start()) {
      receiver.behave(WebhookReceiver.answering(410));
      String id = target(receiver, "gone", "job_completed").webhookId();
      String other = target(beside, "gone", "job_completed").webhookId();
      run("gone", "true");
      eventually("it is disabled", () -> webhooks().get(id).status().equals("disabled"));
      assertThat(webhooks().get(id).disabledReason()).contains("410");
      run("gone", "true");
      eventually("another one has it", () -> beside.received().size() == 2);
      assertThat(webhooks().get(id).pending()).isEqualTo(1);

      receiver.behave(WebhookReceiver.answering(200));
      webhooks().enable(id);
      eventually("what waited is delivered", () -> webhooks().get(id).delivered() == 1);
      run("gone", "true");
      eventually("so is what comes", () -> webhooks().get(id).delivered() == 2);
      assertThat(webhooks().deliveries(id, "delivered", 0).data())
          .extracting(WebhookDelivery::eventType)
          .containsOnly("job_completed");
      webhooks().delete(id);
      webhooks().delete(other);
    }
  }

  @Test
  void filtersAndTypesSayWhatIsTold() {
    try (WebhookReceiver receiver = WebhookReceiver.start()) {
      Map<String, Object> filters = Map.of("graph_id", "chosen");
      WebhookTarget target =
          webhooks().create(new NewTarget("f", receiver.url(), List.of("job_failed"), filters));
      run("other", "false");
      run("chosen", "true");
      String job = run("chosen", "false");
      eventually("it is told", () -> !receiver.received().isEmpty());
      assertThat(receiver.received()).hasSize(1);
      assertThat(receiver.received().getFirst().body()).contains(job, "job_failed");
      webhooks().delete(target.webhookId());
    }
  }

  @Test
  void aPausedAndResumedJobIsToldOf() {
    try (WebhookReceiver receiver = WebhookReceiver.start()) {
      WebhookTarget target =
          target(receiver, "steered", "job_paused", "job_resumed", "job_cancelled");
      String job =
          runtime
              .jobs()
              .submit(Submission.of(SampleManifests.program("steered", "sleep", "600")))
              .jobId();
      runtime.jobs().pause(job, false);
      runtime.jobs().resume(job);
      runtime.jobs().cancel(job);
      eventually("all is told", () -> receiver.received().size() == 3);
      assertThat(types(receiver)).containsExactly("job_paused", "job_resumed", "job_cancelled");
      webhooks().delete(target.webhookId());
    }
  }

  /** The other one waits for an answer that never comes. */
  @Test
  void aSilentTargetCostsOthersNothing() {
    try (WebhookReceiver silent = WebhookReceiver.start();
        WebhookReceiver receiver = WebhookReceiver.start()) {
      CountDownLatch end = new CountDownLatch(1);
      silent.behave(
          (exchange, received) -> {
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      WebhookTarget first = target(silent, "aside", "job_*");
      WebhookTarget second = target(receiver, "aside", "job_*");
      run("aside", "true");
      eventually("the other one has all", () -> receiver.received().size() == 2);
      eventually("the silent one has the first", () -> !silent.received().isEmpty());
      assertThat(silent.received()).hasSize(1);
      assertThat(webhooks().get(first.webhookId()).pending()).isEqualTo(2);
      end.countDown();
      webhooks().delete(first.webhookId());
      webhooks().delete(second.webhookId());
    }
  }

  @Test
  void whatWaitsOutlivesARestartInItsOrder() {
    try (WebhookReceiver receiver = WebhookReceiver.start()) {
      receiver.behave(WebhookReceiver.answering(500));
      WebhookTarget target = target(receiver, "late", "job_*");
      run("late", "true");
      eventually(
          "it was tried",
          () -> tries(target) >= 1 && webhooks().get(target.webhookId()).pending() == 2);
      runtime.leave();
      receiver.behave(WebhookReceiver.answering(200));
      runtime.startAgain();
      eventually("all is told", () -> webhooks().get(target.webhookId()).delivered() == 2);
      List<String> types = types(receiver);
      assertThat(types.subList(0, types.size() - 1)).containsOnly("job_running");
      assertThat(types).hasSizeGreaterThan(2).last().isEqualTo("job_completed");
      webhooks().delete(target.webhookId());
    }
  }

  private static void pauseAndResume(int times) {
    String schedule =
        runtime
            .runtime()
            .schedules()
            .create(
                new NewSchedule(
                    Submission.of(SampleManifests.program("never", "true")),
                    Map.of("delay_ms", 86_400_000),
                    Map.of()))
            .scheduleId();
    for (int i = 0; i < times; i++) {
      runtime.runtime().schedules().pause(schedule, "", null);
      runtime.runtime().schedules().resume(schedule, "");
    }
  }

  /** More than a thousand wait behind one that the target is slow to take. */
  @Test
  void aBurstIsReportedWhole() {
    int schedules = 8;
    int each = 70;
    int burst = schedules * each * 2;
    try (WebhookReceiver receiver = WebhookReceiver.start()) {
      CountDownLatch begin = new CountDownLatch(1);
      receiver.behave(
          (exchange, received) -> {
            try {
              begin.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(204, -1);
          });
      List<String> wanted = List.of("schedule_paused", "schedule_resumed");
      WebhookTarget target = webhooks().create(new NewTarget("t", receiver.url(), wanted, null));
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        IntStream.range(0, schedules).forEach(i -> threads.submit(() -> pauseAndResume(each)));
      }
      eventually("all wait", () -> webhooks().get(target.webhookId()).pending() == burst);
      begin.countDown();
      eventually(
          "all are told",
          Duration.ofSeconds(60),
          () -> webhooks().get(target.webhookId()).delivered() == burst);
      WebhookTarget after = webhooks().get(target.webhookId());
      assertThat(after.dead() + after.dropped()).isZero();
      assertThat(receiver.received().stream().map(Received::id).distinct()).hasSize(burst);
      webhooks().delete(target.webhookId());
    }
  }

  private static int tries(WebhookTarget target) {
    List<WebhookDelivery> waiting = webhooks().deliveries(target.webhookId(), "pending", 1).data();
    return waiting.isEmpty() || waiting.getFirst().lastStatus() == null
        ? 0
        : waiting.getFirst().tries();
  }
}
