package io.mirrorneuron.runtime.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.service.AddressGuard;
import io.mirrorneuron.runtime.service.AddressGuard.Purpose;
import io.mirrorneuron.runtime.service.Connections;
import io.mirrorneuron.runtime.service.OwnPorts;
import io.mirrorneuron.runtime.webhook.DeliveryRules.DeliveryOutcome;
import io.mirrorneuron.runtime.webhook.WebhookKeeper.HttpDeliverer;
import io.mirrorneuron.security.StandardWebhooks;
import io.mirrorneuron.store.DeliveryQueue.Delivery;
import io.mirrorneuron.testing.TestCertificate;
import io.mirrorneuron.testing.WebhookReceiver;
import io.mirrorneuron.testing.WebhookReceiver.Received;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PfxOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What receivers can do to who tells them. */
class HttpDelivererIT {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.006Z");
  private static final Delivery DELIVERY = new Delivery("event_1", "{}", "{\"é\":1}");
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final Vertx VERTX = Vertx.vertx();

  @TempDir Path folder;
  private final OwnPorts endpoints = new OwnPorts();
  private WebhookReceiver receiver;

  @BeforeEach
  void start() {
    receiver = WebhookReceiver.start();
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  @AfterAll
  static void end() {
    VERTX.close().await();
  }

  private static Target target(String url, Target.Key... keys) {
    return new Target("hook_out_1", "t", url, List.of("job_*"), Map.of(), List.of(keys), "", "");
  }

  private DeliveryOutcome send(String url) {
    return send(url, PATIENT, new HttpClientOptions(), "127.0.0.1", "::1");
  }

  private DeliveryOutcome send(
      String url, Duration patience, HttpClientOptions options, String... allowed) {
    AddressGuard guard = AddressGuard.of(Purpose.WEBHOOK, endpoints, List.of(allowed));
    try (HttpDeliverer deliverer =
        new HttpDeliverer(
            guard, new Connections(VERTX, options), Clock.fixed(NOW, ZoneOffset.UTC), patience)) {
      return deliverer.send(target(url, new Target.Key("whsec_c2VjcmV0", 0)), DELIVERY);
    }
  }

  @Test
  void oneThatIsUpGetsItAsItIsSigned() {
    assertThat(send(receiver.url())).isEqualTo(new DeliveryOutcome(204, "", ""));
    Received got = receiver.received().getFirst();
    assertThat(got.body()).isEqualTo(DELIVERY.body());
    assertThat(got.headers())
        .containsEntry("webhook-id", "event_1")
        .containsEntry("webhook-timestamp", Long.toString(NOW.getEpochSecond()));
  }

  @Test
  void afterARotationBothSecretsSignUntilTheGraceIsOver() {
    Target first = target(receiver.url(), new Target.Key("first", 0));
    Target second = first.rotated("second", NOW.minusSeconds(3600), "");
    Target third = first.rotated("third", NOW.minusSeconds(86_400), "");
    try (HttpDeliverer deliverer =
        new HttpDeliverer(
            AddressGuard.of(Purpose.WEBHOOK, endpoints, List.of("127.0.0.1")),
            new Connections(VERTX),
            Clock.fixed(NOW, ZoneOffset.UTC),
            PATIENT)) {
      deliverer.send(second, DELIVERY);
      deliverer.send(third, DELIVERY);
    }
    assertThat(receiver.received())
        .extracting(got -> got.headers().get("webhook-signature"))
        .containsExactly(signed("second") + " " + signed("first"), signed("third"));
  }

  private static String signed(String secret) {
    byte[] body = DELIVERY.body().getBytes(StandardCharsets.UTF_8);
    return StandardWebhooks.sign(secret, "event_1", "" + NOW.getEpochSecond(), body);
  }

  @Test
  void oneThatIsSlowIsNotWaitedForForLong() {
    CountDownLatch end = new CountDownLatch(1);
    receiver.behave(
        (exchange, received) -> {
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    DeliveryOutcome answer =
        send(receiver.url(), Duration.ofSeconds(1), new HttpClientOptions(), "127.0.0.1");
    end.countDown();
    assertThat(answer).isEqualTo(new DeliveryOutcome(0, "no answer within 1 s", ""));
  }

  @Test
  void oneThatIsDownIsToldOf() {
    String url = receiver.url();
    receiver.close();
    assertThat(send(url).error()).startsWith("not delivered: ").containsIgnoringCase("refused");
  }

  @Test
  void redirectsAreNotFollowed() {
    try (WebhookReceiver other = WebhookReceiver.start()) {
      receiver.behave(
          (exchange, received) -> {
            exchange.getResponseHeaders().set("Location", other.url());
            exchange.sendResponseHeaders(307, -1);
          });
      DeliveryOutcome answer = send(receiver.url());
      assertThat(answer.status()).isEqualTo(307);
      assertThat(answer.isWell()).isFalse();
      assertThat(answer.error()).contains("redirects are not followed");
      assertThat(other.received()).isEmpty();
    }
  }

  @Test
  void anAnswerOfGoneIsKnown() {
    receiver.behave(WebhookReceiver.answering(410));
    assertThat(send(receiver.url()).isGone()).isTrue();
  }

  @Test
  void aBodyThatIsCutChangesNothing() {
    receiver.behave(WebhookReceiver.answering(200, "half", 1000));
    assertThat(send(receiver.url())).isEqualTo(new DeliveryOutcome(200, "", ""));
    receiver.behave(WebhookReceiver.answering(500, "half\u0007of it", 1000));
    assertThat(send(receiver.url()))
        .isEqualTo(new DeliveryOutcome(500, "status 500", "half of it"));
  }

  @Test
  void oneThatAnswersWithoutEndIsCutShort() {
    receiver.behave(
        (exchange, received) -> {
          exchange.sendResponseHeaders(503, 0);
          byte[] part = "much ".repeat(1000).getBytes(StandardCharsets.UTF_8);
          for (int i = 0; i < 100_000; i++) { // it fails when nobody reads any more
            exchange.getResponseBody().write(part);
          }
        });
    DeliveryOutcome answer = send(receiver.url());
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.excerpt()).startsWith("much much").hasSizeLessThanOrEqualTo(200);
  }

  @Test
  void addressesOfThisMachineAndPrivateNetworksAreNotConnectedTo() {
    DeliveryOutcome byName = send(receiver.url("localhost"), PATIENT, new HttpClientOptions());
    assertThat(byName.error())
        .startsWith("not sent: localhost")
        .contains("is this machine; an operator may allow it (webhooks.addresses)");
    assertThat(receiver.received()).isEmpty();
    for (String url :
        new String[] {"http://10.1.2.3/x", "http://192.168.1.1", "https://[fd00::1]/"}) {
      assertThat(send(url).error()).as(url).contains("is an address that webhooks may not ask");
    }
    assertThat(send("http://2130706433/").error()).contains("unusual spelling");
  }

  @Test
  void doorsOfThisServerStayClosedWhateverIsAllowed() {
    endpoints.add(receiver.port());
    assertThat(send(receiver.url()).error()).contains("is a port of this server");
    assertThat(receiver.received()).isEmpty();
  }

  @Test
  void certificatesAreChecked() {
    TestCertificate right = TestCertificate.of("localhost", folder);
    TestCertificate wrong = TestCertificate.of("other.example", folder);
    try (WebhookReceiver secure = WebhookReceiver.start(right.context());
        WebhookReceiver other = WebhookReceiver.start(wrong.context())) {
      assertThat(send(secure.url("localhost")).error())
          .as("nobody vouches for it")
          .startsWith("not delivered: ")
          .containsIgnoringCase("certificat");
      assertThat(send(secure.url("localhost"), PATIENT, trusting(right), "127.0.0.1", "::1"))
          .isEqualTo(new DeliveryOutcome(204, "", ""));
      assertThat(send(other.url("localhost"), PATIENT, trusting(wrong), "127.0.0.1", "::1").error())
          .as("it is another's")
          .startsWith("not delivered: ")
          .contains("localhost");
      assertThat(other.received()).isEmpty();
    }
  }

  private static HttpClientOptions trusting(TestCertificate certificate) {
    return new HttpClientOptions()
        .setTrustOptions(
            new PfxOptions()
                .setPath(certificate.store().toString())
                .setPassword(TestCertificate.PASSWORD));
  }
}
